"""The page of "why": how long a look takes where the archive has ten million records, for a usual customer and the largest.

A look is the whole answer of the gateway: who asks, the note of the look, the archive's queries, the page in words. Rows are
made in the database itself; only who is looked at owes something, and has events and texts beside the records.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy import Connection, Engine, text

from dispatcher.archive import schema
from dispatcher.archive.database import opened
from dispatcher.archive.journal_rows import ids_of
from dispatcher.archive.queries import Archive
from dispatcher.archive.said import Said, encode
from dispatcher.archive.sealing import event_key, thing_key
from dispatcher.archive.tables import DIGESTS, INVOICES, STATEMENTS, TEXTS
from dispatcher.archive.writing import add
from dispatcher.gateway.store.database import store_at
from schemas import topics
from schemas.values import to_millis
from tests.bench import load
from tests.bench.archive import databases
from tests.bench.runs import Figures
from tests.gateway.staff.front import Browser, Front

ROWS: Final = 10_000_000
OF_A_CUSTOMER: Final = 40
CUSTOMERS: Final = ROWS // OF_A_CUSTOMER
OF_THE_LARGEST: Final = 10_000
LARGEST: Final = "the-largest"
LOOKS: Final = 200
MOST_MS: Final = 100
KEY: Final = b"k" * 32

_AT_ONCE: Final = 1_000_000
_STEP_MS: Final = 250

_SERIES: Final = {
    "sqlite": "WITH RECURSIVE s(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM s WHERE n + 1 < :last) ",
    "postgresql": "WITH s AS (SELECT n FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint) - 1) AS g(n)) ",
}
_BLOB: Final = {"sqlite": "zeroblob(32)", "postgresql": "decode(repeat('00', 32), 'hex')"}

_ROWS: Final = """
INSERT INTO records (partition, "offset", number, at, appended, kind, result, code, policy, creditor_id, phase, stage,
  channel, tier, customer_id, record_id, invoice_ids, reasons, attempt_id, next_at, cause, seal, link)
{series}
SELECT c % 8, n, n, :noon + n * :step, :noon + n * :step,
  CASE WHEN k < 2 THEN 'fact' WHEN k = 3 THEN 'attempt' ELSE 'decision' END,
  CASE WHEN k < 2 THEN 'recorded' WHEN k = 2 THEN 'claimed' WHEN k = 3 THEN 'delivered' WHEN k = 4 THEN 'planned'
    WHEN k < 8 THEN 'deferred' ELSE 'suppressed' END,
  CASE WHEN k < 2 THEN 'recorded' WHEN k < 5 THEN 'due' WHEN k < 8 THEN 'quiet_hours' ELSE 'cap' END,
  'pppppppppppppppppppppppppppppppp', 'default', 'overdue', 'overdue_3', 'sms', 'standard', customer,
  customer || '.' || n, '["I-' || c || '-' || (k % 3) || '"]',
  CASE WHEN k < 2 THEN '[{{"code":"recorded","rule":"invoice.overdue"}}]'
    WHEN k < 5 THEN '[{{"code":"due","rule":"stages.overdue_3"}}]'
    WHEN k < 8 THEN '[{{"code":"quiet_hours","rule":"windows.sms.weekday","inputs":{{"zone":"Europe/Berlin"}}}}]'
    ELSE '[{{"code":"cap","rule":"caps.week","inputs":{{"contacts"\\:3,"most"\\:3}}}}]' END,
  CASE WHEN k IN (2, 3) THEN 'ct-' || n || '.1' END,
  CASE WHEN k > 4 THEN :noon + n * :step + 3600000 END,
  '["billing.due",' || (c % 8) || ',' || n || ',"/billing","e-' || n || '"]', {blob}, {blob}
FROM (SELECT n,
  CASE WHEN n % {every} = 7 THEN 3 ELSE n % {customers} END AS c,
  CASE WHEN n % {every} = 7 THEN (n / {every}) % 10 ELSE (n / {customers}) % 10 END AS k,
  CASE WHEN n % {every} = 7 THEN '{largest}' ELSE 'customer-' || (n % {customers}) END AS customer
  FROM s) AS made
"""


async def why(_: str, folder: Path, figures: Figures) -> None:
    """p50 and p99 of a page, in milliseconds, by database and by what is asked."""
    async with databases(folder) as urls:
        for name, url in urls.items():
            engine = opened(url)
            began = time.perf_counter()
            await asyncio.to_thread(fill, engine)
            figures.details[f"why_{name}"] = {"rows": ROWS, "filled_s": round(time.perf_counter() - began)}
            for asked, spent in await looks(engine, folder / f"desk-{name}.sqlite"):
                figures.why[f"{name}_{asked}_p50_ms"] = round(spent[len(spent) // 2], 1)
                figures.why[f"{name}_{asked}_p99_ms"] = round(spent[int(len(spent) * 0.99) - 1], 1)
            engine.dispose()


def fill(engine: Engine) -> None:
    """Ten million records; the index over them is made at the end, as it would be in no other case."""
    schema.migrate(engine)
    kind = engine.dialect.name
    made = _ROWS.format(
        series=_SERIES[kind], blob=_BLOB[kind], every=ROWS // OF_THE_LARGEST, customers=CUSTOMERS, largest=LARGEST
    )
    noon = to_millis(load.noon())
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP INDEX records_in_time")
    for first in range(0, ROWS, _AT_ONCE):
        with engine.begin() as connection:
            values = {"first": first, "last": first + _AT_ONCE, "noon": noon, "step": _STEP_MS}
            connection.execute(text(made), values)
    with engine.begin() as connection:
        connection.exec_driver_sql('CREATE INDEX records_in_time ON records (customer_id, at, partition, "offset")')
        for customer in (LARGEST, *measured()):
            events(connection, customer)
            invoices(connection, customer)
            texts(connection, customer)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def measured() -> list[str]:
    """The customers who are looked at."""
    chance = random.Random(5)
    return [f"customer-{chance.randrange(CUSTOMERS)}" for _ in range(LOOKS)]


def events(connection: Connection, customer: str) -> None:
    """What the events of one customer said."""
    facts = text("SELECT partition, \"offset\", at FROM records WHERE customer_id = :customer AND kind = 'fact'")
    rows = connection.execute(facts, {"customer": customer}).all()
    said = encode(Said("invoice.overdue", 12_900, "EUR", "2026-03-25")).decode()
    add(
        connection,
        STATEMENTS,
        [
            {
                "key": event_key(KEY, customer, "/billing", f"e-{row.offset}"),
                "partition": row.partition,
                "offset": row.offset,
                "customer_id": customer,
                "at": row.at,
                "details": said,
            }
            for row in rows
        ],
    )


def invoices(connection: Connection, customer: str) -> None:
    """What one customer owes: what their records are about."""
    asked = text("SELECT DISTINCT invoice_ids, partition FROM records WHERE customer_id = :customer")
    add(
        connection,
        INVOICES,
        [
            {
                "key": thing_key(KEY, customer, *ids_of(row.invoice_ids)),
                "customer_id": customer,
                "invoice_id": ids_of(row.invoice_ids)[0],
                "partition": row.partition,
                "offset": 0,
                "due_day": 739_700,
                "amount_due": 12_900,
                "currency": "EUR",
                "stated_us": 0,
                "valued_us": 0,
                "changed_us": 0,
            }
            for row in connection.execute(asked, {"customer": customer})
        ],
    )


def texts(connection: Connection, customer: str) -> None:
    """What was sent to one customer."""
    asked = text(
        "SELECT partition, \"offset\", at, attempt_id FROM records WHERE customer_id = :customer AND result = 'claimed'"
    )
    body = "Ada Example, please pay 129.00 EUR, which were due on 25 March."
    about = [
        {"topic": topics.TEXTS, "partition": row.partition, "offset": row.offset, "attempt_id": row.attempt_id}
        | {"kind": "sms", "customer_id": customer, "at": row.at, "body": body}
        for row in connection.execute(asked, {"customer": customer})
    ]
    add(connection, TEXTS, about)
    kept = ("topic", "partition", "offset", "attempt_id", "kind")
    hashed = {"sha256": sha256(body.encode()).digest()}
    add(connection, DIGESTS, [{name: row[name] for name in kept} | hashed for row in about])


async def looks(engine: Engine, desk: Path) -> list[tuple[str, list[float]]]:
    """Milliseconds of each look, in order, by what was asked."""
    store = store_at(f"sqlite:///{desk}")
    browser = await Front(store, more={"archive": Archive(engine, KEY)}).signed_in("auditor")
    largest = f"/why/{quote(LARGEST)}"
    deep = await cursors(browser, largest)
    cases: tuple[tuple[str, Iterator[str]], ...] = (
        ("usual", (f"/why/{quote(each)}" for each in measured())),
        ("largest", (largest for _ in range(LOOKS))),
        ("largest_deep", (f"{largest}?after={deep[number % len(deep)]}" for number in range(LOOKS))),
        ("largest_filtered", (f"{largest}?only=contacts&invoice=I-3-1" for _ in range(LOOKS))),
        ("largest_of_no_invoice", (f"{largest}?invoice=none" for _ in range(LOOKS))),
    )
    spent = [(asked, sorted([await look(browser.client.get, path) for path in paths])) for asked, paths in cases]
    await browser.client.aclose()
    store.close()
    return spent


async def look(get: Callable[[str], Awaitable[object]], path: str) -> float:
    """Milliseconds of one."""
    began = time.perf_counter()
    answer = await get(path)
    assert getattr(answer, "status_code", None) == 200
    return (time.perf_counter() - began) * 1000


async def cursors(browser: Browser, path: str) -> list[str]:
    """Where each tenth page of a timeline begins."""
    found: list[str] = []
    older: str | None = ""
    while older is not None:
        answer = await browser.client.get(path, params={"format": "json"} | ({"after": older} if older else {}))
        older = answer.json()["older"]
        found += [] if older is None else [older]
    assert len(found) >= OF_THE_LARGEST // 50 - 1
    return found[::10]
