"""What waits for workers, how they keep pace, and whether they may send."""

from deploy.grafana.panels import RATE, Board, Panel, Query, quantiles, rate, total

ENGINE = Board(
    "Reminders: engine",
    "Workers: what waits for them, how they keep pace, and whether they may send.",
    "dispatcher-worker",
    {
        "Input": (
            Panel(
                "Events",
                "Input events, by what became of them.",
                "ops",
                (Query(rate("dispatcher_events_total", "result"), "{{result}}"),),
                stacked=True,
            ),
            Panel(
                "Lag",
                "Records that are not read yet, by topic.",
                "short",
                (Query("sum by (topic) (dispatcher_input_lag_records{SEEN})", "{{topic}}"),),
            ),
            Panel(
                "Age of what is known",
                "How old the oldest knowledge is of what can forbid a contact; a gate closes at 0.7 s.",
                "s",
                (Query("max by (instance) (dispatcher_input_age_seconds{SEEN})", "{{instance}}"),),
            ),
        ),
        "Lanes": (
            Panel(
                "Lanes and gates",
                "Partitions that are served, and how many of them may send.",
                "short",
                (
                    Query(total("dispatcher_lanes"), "served"),
                    Query(total("dispatcher_gate_open"), "may send"),
                    Query("max(dispatcher_partitions{SEEN})", "configured"),
                ),
            ),
            Panel(
                "Flush",
                "One transaction: state, position, journal and tasks.",
                "s",
                quantiles("dispatcher_flush_seconds"),
            ),
            Panel(
                "Flushes",
                "Transactions a second.",
                "ops",
                (Query(rate("dispatcher_flush_seconds_count", "instance"), "{{instance}}"),),
            ),
        ),
        "Carriers": (
            Panel(
                "Records",
                "Records handed to lanes and intake.",
                "ops",
                (Query(rate("dispatcher_carrier_records_total", "instance"), "{{instance}}"),),
            ),
            Panel(
                "Records in a carrier",
                "The more, the cheaper each of them is.",
                "short",
                (
                    Query(
                        f"sum(increase(dispatcher_carrier_records_total{{SEEN}}[{RATE}]))"
                        f" / (sum(increase(dispatcher_carriers_total{{SEEN}}[{RATE}])) > 0)",
                        "records",
                    ),
                ),
            ),
            Panel(
                "Lateness of the loop",
                "How late the event loop wakes a sleeper.",
                "s",
                quantiles("dispatcher_loop_lag_seconds", "instance"),
            ),
        ),
        "Recovery": (
            Panel(
                "Restores",
                "How long lanes take to read their state back.",
                "s",
                quantiles("dispatcher_restore_seconds"),
            ),
            Panel(
                "Rebalances and failures",
                "Assignments, failed lanes, holes that were read again, stand-stills.",
                "ops",
                (
                    Query(rate("dispatcher_rebalances_total", "job"), "assignments"),
                    Query(rate("dispatcher_lane_failures_total", "job"), "lanes failed"),
                    Query(rate("dispatcher_holes_repaired_total", "job"), "holes"),
                    Query(rate("dispatcher_no_progress_total", "job"), "no progress"),
                ),
            ),
            Panel(
                "Clock",
                "This machine's clock against the broker's; beyond 2 s nothing is decided.",
                "s",
                (Query("max by (instance) (dispatcher_clock_skew_seconds{SEEN})", "{{instance}}"),),
                signed=True,
            ),
        ),
        "Set aside": (
            Panel(
                "Dead letters",
                "Input that could not be read, by reason.",
                "ops",
                (Query(rate("dispatcher_rejected_total", "reason"), "{{reason}}"),),
                stacked=True,
            ),
            Panel(
                "Parked",
                "Decisions that failed, or were too large.",
                "ops",
                (Query(rate("dispatcher_decisions_total", "reason", ',result="parked"'), "{{reason}}"),),
            ),
            Panel(
                "Undecided",
                "How long the longest waiting customer who is due has not been decided about.",
                "s",
                (Query("max(dispatcher_oldest_undecided_age_seconds{SEEN})", "oldest"),),
            ),
        ),
    },
)
