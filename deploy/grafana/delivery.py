"""Attempts, what came of them, how long they took, and how the accounts are."""

from deploy.grafana.panels import Board, Panel, Query, quantiles, rate, total

DELIVERY = Board(
    "Reminders: delivery",
    "Attempts, what came of them, how long they took, and how the accounts are.",
    "dispatcher-worker",
    {
        "Attempts": (
            Panel(
                "By outcome",
                "Messages handed to a provider, by what came of it.",
                "ops",
                (Query(rate("dispatcher_attempts_total", "outcome"), "{{outcome}}"),),
                stacked=True,
            ),
            Panel(
                "By account",
                "The same, by account.",
                "ops",
                (Query(rate("dispatcher_account_attempts_total", "account"), "{{account}}"),),
                stacked=True,
            ),
            Panel(
                "Under way",
                "Calls of a provider that have not been answered yet.",
                "short",
                (Query("sum by (channel) (dispatcher_sends_in_flight{SEEN})", "{{channel}}"),),
            ),
        ),
        "Time": (
            Panel(
                "Call of a provider",
                "How long providers take to answer.",
                "s",
                quantiles("dispatcher_send_duration_seconds", "channel"),
            ),
            Panel(
                "Due to call",
                "From being due and allowed to the call of the provider; 99.5 % must be below 60 s.",
                "s",
                quantiles("dispatcher_due_to_send_delay_seconds"),
            ),
            Panel(
                "Event to call",
                "From the append of the event behind a contact to the call.",
                "s",
                quantiles("dispatcher_event_to_send_seconds"),
            ),
        ),
        "Doubt and breakers": (
            Panel(
                "In doubt",
                "Attempts that may have been sent.",
                "short",
                (Query(total("dispatcher_in_doubt"), "in doubt"),),
            ),
            Panel(
                "Oldest doubt",
                "How long ago the oldest attempt in doubt was claimed.",
                "s",
                (Query("max(dispatcher_in_doubt_oldest_age_seconds{SEEN})", "oldest"),),
            ),
            Panel(
                "Accounts that are out",
                "1: the breaker is open, or a probe is on its way.",
                "short",
                (Query('max by (account) (dispatcher_account_state{SEEN,state=~"out|probing"})', "{{account}}"),),
            ),
        ),
        "Shares and limits": (
            Panel(
                "Share of the channel",
                "What part of its channel an account gets.",
                "percentunit",
                (Query("avg by (account) (dispatcher_account_share{SEEN})", "{{account}}"),),
            ),
            Panel(
                "Calls at once",
                "Most calls at a time that an account is given now.",
                "short",
                (Query("sum by (account) (dispatcher_account_calls_at_once{SEEN})", "{{account}}"),),
            ),
            Panel(
                "Stopped",
                "1 while sending on a channel is stopped.",
                "short",
                (Query("max by (channel) (dispatcher_paused{SEEN})", "{{channel}}"),),
            ),
        ),
    },
)
