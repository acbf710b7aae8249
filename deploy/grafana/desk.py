"""Tasks for people, what comes in over HTTP, and what is kept."""

from deploy.grafana.panels import Board, Panel, Query, quantiles, rate, total

DESK = Board(
    "Reminders: desk, gateway, archive",
    "Tasks for people, what comes in over HTTP, and what is kept.",
    "dispatcher-gateway|dispatcher-archive",
    {
        "Desk": (
            Panel(
                "Tasks to be worked off",
                "Ready tasks of our own desk, by kind.",
                "short",
                (Query("max by (kind) (dispatcher_call_tasks_open{SEEN})", "{{kind}}"),),
            ),
            Panel(
                "Oldest task",
                "How long the oldest task has been ready.",
                "s",
                (Query("max by (kind) (dispatcher_call_task_age_seconds{SEEN})", "{{kind}}"),),
            ),
            Panel(
                "Dials",
                "Dials asked for, by answer.",
                "ops",
                (Query(rate("dispatcher_call_dials_total", "answer"), "{{answer}}"),),
            ),
        ),
        "What came of calls": (
            Panel(
                "Outcomes",
                "What people report.",
                "ops",
                (Query(rate("dispatcher_call_reports_total", "outcome"), "{{outcome}}"),),
                stacked=True,
            ),
            Panel(
                "For supervisors",
                "Dialled without an outcome, escalations, reports that Kafka has not taken.",
                "short",
                (
                    Query("max(dispatcher_call_tasks_without_outcome{SEEN})", "no outcome"),
                    Query("max(dispatcher_call_escalations_open{SEEN})", "escalations"),
                    Query("max(dispatcher_call_reports_unpublished{SEEN})", "not published"),
                ),
            ),
            Panel(
                "Posted to a desk",
                "Tasks for a desk's webhook, by what became of them; and those that wait.",
                "short",
                (
                    Query("sum by (result) (dispatcher_desk_tasks_total{SEEN})", "{{result}}"),
                    Query(total("dispatcher_desk_tasks_waiting"), "waiting"),
                ),
            ),
        ),
        "Gateway": (
            Panel(
                "Requests",
                "Requests by address.",
                "reqps",
                (Query(rate("dispatcher_gateway_requests_total", "route"), "{{route}}"),),
                stacked=True,
            ),
            Panel(
                "Answers",
                "From the first byte of a request to its answer.",
                "s",
                quantiles("dispatcher_gateway_request_seconds"),
            ),
            Panel(
                "Receipts and replies",
                "Word of providers on messages, and what people write back.",
                "ops",
                (
                    Query(rate("dispatcher_gateway_receipts_total", "status"), "{{status}}"),
                    Query(rate("dispatcher_gateway_inbound_messages_total", "word"), "{{word}}"),
                ),
            ),
        ),
        "Archive": (
            Panel(
                "Records written",
                "Records a second, by topic.",
                "ops",
                (Query(rate("dispatcher_archive_records_total", "topic"), "{{topic}}"),),
                stacked=True,
            ),
            Panel(
                "Behind",
                "Records that are not written yet.",
                "short",
                (Query("sum by (topic) (dispatcher_archive_behind_records{SEEN})", "{{topic}}"),),
            ),
            Panel(
                "Since it was complete",
                "How long ago everything was found written.",
                "s",
                (Query("time() - max(dispatcher_archive_caught_up_timestamp_seconds{SEEN} > 0)", "seconds"),),
            ),
        ),
    },
)
