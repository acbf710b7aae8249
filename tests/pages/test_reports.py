"""Reports in a real browser, over an invented portfolio: readable by everybody, on any screen and in print."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatcher.archive import schema
from dispatcher.archive.database import opened
from dispatcher.archive.figures.register import FIGURES
from dispatcher.archive.queries import Archive
from dispatcher.settings.reports import Reports, prices, zone
from tests.archive.figures.invented import filled

pytestmark = pytest.mark.asyncio(loop_scope="session")
MONTH = "?month=2026-03"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """What three months of a hundred invented customers left."""
    folder: Path = tmp_path_factory.mktemp("archive")
    engine = opened(f"sqlite:///{folder / 'archive.sqlite'}")
    schema.migrate(engine)
    filled(engine, 100, 90)
    yield Archive(engine)
    engine.dispose()


@pytest.fixture
def more_parts(archive: Archive) -> dict[str, object]:
    priced = Reports(zone("Europe/Berlin"), 60, prices("sms=0.08 EUR,email=0.001 EUR,call_task=4 EUR"))
    return {"archive": archive, "reports": priced}


@pytest.mark.parametrize("name", FIGURES)
async def test_a_report_has_no_barriers(signed_in, name):
    tab = await signed_in("supervisor")
    assert await tab.opens(f"/reports/{name}{MONTH}") == 200
    await tab.shot(f"report-{name}")
    assert (await tab.barriers(), await tab.overflows()) == ([], False)


@pytest.mark.parametrize(
    ("language", "phone", "dark"), [("en-GB", False, False), ("zh-CN", False, True), ("zh-CN", True, False)]
)
async def test_the_first_page_fits_every_screen(signed_in, language, phone, dark):
    tab = await signed_in("auditor", language=language, phone=phone, dark=dark)
    await tab.opens(f"/reports{MONTH}")
    await tab.shot(f"reports-{language}-{'phone' if phone else 'desktop'}{'-dark' if dark else ''}")
    assert (await tab.barriers(), await tab.overflows()) == ([], False)


async def test_a_report_is_readable_in_print(signed_in):
    tab = await signed_in("supervisor")
    await tab.opens(f"/reports/ageing{MONTH}")
    await tab.page.emulate_media(media="print")
    await tab.shot("report-ageing-print")
    chart = tab.page.locator("svg.chart").first
    assert await chart.is_visible()
    assert not await tab.page.locator("nav.sections").is_visible()


async def test_another_month_is_asked_for_by_keyboard(signed_in):
    tab = await signed_in("supervisor")
    await tab.opens("/reports")
    await tab.page.get_by_label("Month").fill("2026-02")
    async with tab.page.expect_navigation():
        await tab.page.get_by_label("Month").press("Enter")
    assert "2026-02-01 to 2026-02-28" in await tab.text()
