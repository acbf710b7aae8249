"""What live processes show at `/metrics` is what the table has, whatever they have been through."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.broker.gateways import gateway
from tests.broker.installation import due, each_of, event, installation, new_prefix, profile
from tests.broker.operations import eventually, page, ready
from tests.broker.providers import number, providers, starting_at
from tests.ops.exposition import samples_of, strangers

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
TEXTED = {f"shown-{n}": number(820 + n) for n in range(4)}


async def test_every_series_of_worker_gateway_and_archive_is_in_the_table(broker: str, tmp_path: Path):
    async with (
        providers() as reachable,
        installation(broker, new_prefix(), tmp_path, partitions=2, settings=reachable.settings) as installed,
    ):
        worker = installed.worker("shown", **starting_at(OPENED))
        archive = installed.worker(
            "archive", program=("dispatcher", "archive"), DISPATCHER_ARCHIVE_METRICS_PORT="0", **starting_at(OPENED)
        )
        serving = await gateway(installed)
        await ready(worker)
        await installed.publish(
            [profile(who, at=OPENED, phones=[{"number": to, "kind": "mobile"}]) for who, to in TEXTED.items()]
        )
        await installed.publish([due(who, "I-1", at=OPENED) for who in TEXTED])
        await installed.append("billing.due", b"{", b"shown-1")
        rest = {"amount_due": 0, "currency": "GBP", "reason": "payment", "settled_at": OPENED.isoformat()}
        await installed.until(each_of(TEXTED, lambda each: each.result == "accepted"))
        await installed.publish([event("invoice.settled", "shown-0", at=OPENED, invoice_id="I-1", **rest)])
        await installed.until(each_of(["shown-0"], lambda each: each.reasons[0].code == "paid"))
        assert (await serving.client.post("/v1/events", json={})).status_code == 422
        pages = {}

        async def written() -> bool:
            _, pages["archive"] = await page(archive, "/metrics", started="archive_started")
            return 'dispatcher_archive_records_total{topic="reminders.journal"} 0.0' not in pages["archive"]

        await eventually(written, "the archive has written", worker=archive)
        _, pages["worker"] = await page(worker, "/metrics")
        pages["gateway"] = (await serving.client.get("/metrics")).text
        await serving.client.aclose()

    assert {process: strangers(text, process) for process, text in pages.items()} == {process: [] for process in pages}
    assert len(samples_of(pages["worker"])) <= 2_000
    assert "dispatcher_payment_to_stop_seconds_count 1.0" in pages["worker"]
