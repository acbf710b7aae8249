"""What the counters of a worker say is what the journal says, once everything has come to rest (I11)."""

import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.broker.installation import due, each_of, event, installation, new_prefix, profile
from tests.broker.operations import eventually, metric, page
from tests.broker.providers import number, providers, starting_at

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
TEXTED = {f"counted-{n}": number(870 + n) for n in range(6)}
PAID, NOBODY = "paid-before", "nobody"


async def test_every_record_of_the_journal_is_counted_once(broker: str, tmp_path: Path):
    async with (
        providers() as reachable,
        installation(broker, new_prefix(), tmp_path, partitions=2, settings=reachable.settings) as installed,
    ):
        worker = installed.worker("counted", **starting_at(OPENED))
        rest = {"amount_due": 0, "currency": "GBP", "reason": "payment", "settled_at": OPENED.isoformat()}
        settled = event("invoice.settled", PAID, at=OPENED, invoice_id="I-1", **rest)
        points = {who: {"phones": [{"number": to, "kind": "mobile"}], "emails": []} for who, to in TEXTED.items()}
        await installed.publish([profile(who, at=OPENED, **points[who]) for who in TEXTED])
        await installed.publish([settled, profile(PAID, at=OPENED), due(PAID, "I-1", at=OPENED)])
        bills = [due(who, "I-1", at=OPENED) for who in (*TEXTED, NOBODY)]
        await installed.publish([*bills, bills[0]])
        await installed.until(each_of(TEXTED, lambda each: each.result == "accepted"))
        await installed.until(each_of([NOBODY], lambda each: each.result == "waiting"))

        async def agree() -> bool:
            told = Counter(
                (each.reasons[0].code, each.result, each.stage or "none") for each in await installed.journal()
            )
            _, metrics = await page(worker, "/metrics")
            lines = re.findall(
                r'^dispatcher_decisions_total\{reason="(\w+)",result="(\w+)",stage="(\w+)"\} (\S+)$',
                metrics,
                re.MULTILINE,
            )
            counted = {(reason, result, stage): int(float(n)) for reason, result, stage, n in lines if float(n)}
            return counted == told

        async def all_read() -> bool:
            return await metric(worker, 'dispatcher_events_total{result="repeated",topic="billing.due"}') == 1.0

        await eventually(all_read, "the event that came twice is counted", worker=worker)
        await eventually(agree, "counters and journal agree", worker=worker)
        _, metrics = await page(worker, "/metrics")
        assert f'dispatcher_attempts_total{{channel="sms",outcome="accepted"}} {len(TEXTED)}.0' in metrics
