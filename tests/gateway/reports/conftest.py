"""Staff pages over an archive with a few invoices, contacts and judgements in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatcher.archive import schema
from dispatcher.archive.database import opened
from dispatcher.archive.queries import Archive
from dispatcher.gateway.store.database import store_at
from schemas.inbox import FeedbackGiven, InvoiceSettled, InvoiceStated
from schemas.values import to_millis
from tests.archive.journal import Topics, archived, instant
from tests.gateway.staff.front import Front

DAY = 24 * 60


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    told = Topics()
    for number, name in enumerate(("Ada", "=cmd|' /C calc'!A1", "<script>alert(1)</script>")):
        told.said(name, InvoiceStated(f"R-{number}", 739_660, 12_900, "EUR", overdue=True))
        told.claimed(name, f"ct-{number}.1", minutes=number)
        told.attempted(name, f"ct-{number}.1", "delivered", minutes=5)
        told.said(name, FeedbackGiven(4), minutes=DAY)
    told.said("Ada", InvoiceSettled("R-0", 2_900, "EUR", "payment", to_millis(instant(DAY))), minutes=DAY)
    engine = opened(f"sqlite:///{tmp_path / 'archive.sqlite'}")
    schema.migrate(engine)
    archived(engine, told.records)
    yield Archive(engine)
    engine.dispose()


@pytest.fixture
def front(tmp_path: Path, archive: Archive) -> Iterator[Front]:
    store = store_at(f"sqlite:///{tmp_path / 'desk.sqlite'}")
    yield Front(store, more={"archive": archive})
    store.close()
