"""Who is reminded, who is not and why, and what comes of it."""

from deploy.grafana.panels import Board, Panel, Query, quantiles, rate, total

BUSINESS = Board(
    "Reminders: business",
    "Who is reminded, who is not and why, and what comes of it.",
    "dispatcher-worker",
    {
        "Contacts": (
            Panel(
                "Sent",
                "Messages that a provider took, and shadow sends, by channel.",
                "ops",
                (
                    Query(
                        rate("dispatcher_attempts_total", "channel, outcome", ',outcome=~"accepted|shadow"'),
                        "{{channel}} {{outcome}}",
                    ),
                ),
                stacked=True,
            ),
            Panel(
                "Sent by stage",
                "Contacts that were decided, by the policy's stage.",
                "ops",
                (Query(rate("dispatcher_decisions_total", "stage", ',result="claimed"'), "{{stage}}"),),
                stacked=True,
            ),
            Panel(
                "Came back",
                "What providers and people report of contacts.",
                "ops",
                (
                    Query(
                        rate("dispatcher_decisions_total", "result", ',result=~"delivered|undelivered|rejected"'),
                        "{{result}}",
                    ),
                ),
            ),
        ),
        "No contact": (
            Panel(
                "Put off, by reason",
                "Decisions to wait: night, caps, holds, a provider that is away.",
                "ops",
                (Query(rate("dispatcher_decisions_total", "reason", ',result="deferred"'), "{{reason}}"),),
                stacked=True,
            ),
            Panel(
                "Not made, by reason",
                "Stages that are over without a contact.",
                "ops",
                (
                    Query(
                        rate("dispatcher_decisions_total", "reason", ',result=~"suppressed|cancelled|expired"'),
                        "{{reason}}",
                    ),
                ),
                stacked=True,
            ),
            Panel(
                "Waiting",
                "Customers who owe and cannot be contacted yet.",
                "short",
                (
                    Query(total("dispatcher_waiting_for_profile"), "no profile"),
                    Query(total("dispatcher_held"), "due, no place at an account"),
                    Query(total("dispatcher_timers_pending"), "later"),
                ),
            ),
        ),
        "Recovery": (
            Panel(
                "Paid",
                "Reminders that a payment ended before they were sent.",
                "ops",
                (Query(rate("dispatcher_decisions_total", "stage", ',result="cancelled",reason="paid"'), "{{stage}}"),),
            ),
            Panel(
                "Promises and plans",
                "What came of promises to pay, and plans that broke.",
                "ops",
                (
                    Query(
                        rate("dispatcher_decisions_total", "reason", ',reason=~"promise_.*|plan_broken"'), "{{reason}}"
                    ),
                ),
            ),
            Panel(
                "Payment to stop",
                "From a payment's append to the moment from which it forbids contact; 99.9 % must be below 1 s.",
                "s",
                quantiles("dispatcher_payment_to_stop_seconds"),
            ),
        ),
    },
)
