"""Every state of the desk's pages is open to everybody, in both languages, also on a telephone."""

from datetime import timedelta

import pytest

from dispatcher.gateway.dialling import Permitted, Refused
from schemas.journal import Reason
from tests.gateway.calls.house import ANN, BEN, HOUR, MINUTE, NOW, OPENED
from tests.pages.desk_office import call, house, more_parts

__all__ = ["house", "more_parts"]

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVERYWHERE = pytest.mark.parametrize(
    ("language", "phone"),
    [
        pytest.param("en-GB", False, id="en-desktop"),
        pytest.param("en-GB", True, id="en-phone", marks=pytest.mark.slow),
        pytest.param("zh-CN", False, id="zh-desktop", marks=pytest.mark.slow),
        pytest.param("zh-CN", True, id="zh-phone"),
    ],
)


_TIDY = "document.querySelectorAll('[style]').forEach(each => each.removeAttribute('style'))"
"""axe measures by inline styles and leaves empty ones behind, which htmx would carry over into the next state."""


class Tour:
    """Looks at one state after the other, and remembers what was wrong where."""

    def __init__(self, tab, where: str) -> None:
        self.tab = tab
        self.where = where
        self.wrong: dict[str, object] = {}

    async def sees(self, state: str, selector: str) -> None:
        await self.tab.page.wait_for_selector(selector)
        await self.tab.shot(f"desk-{state}-{self.where}")
        found = (await self.tab.barriers(), await self.tab.overflows())
        await self.tab.page.evaluate(_TIDY)
        if found != ([], False):
            self.wrong[state] = found


@EVERYWHERE
async def test_the_agents_page_is_open_to_everybody(house, signed_in, language, phone):
    tab = await signed_in("agent", language=language, phone=phone)
    tab.expected = ("422",)
    tour, page, permitted = Tour(tab, f"{language}-{'phone' if phone else 'desktop'}"), tab.page, house.lane.answer
    await tab.opens("/desk")
    await tour.sees("start", "#next")
    await page.click("#next")
    await tour.sees("nothing", "#start")
    await house.put(call(priority=9))
    await page.click("#next")
    await tour.sees("task", "#dial")
    house.lane.answer = Refused((Reason("quiet_hours"), Reason("cap")), OPENED + 3 * HOUR)
    await page.click("#dial")
    await tour.sees("refused", "#told")
    house.lane.answer = permitted
    await house.put(call("ct-0002.1", contact_point="+12125550123"))
    await page.click("#next")
    await page.click("#dial")
    await tour.sees("call", "#call")
    await page.check("#o-promise_to_pay")
    await tour.sees("promise", "#f-amount")
    await page.click("[data-submits]")
    await tour.sees("wrong", "#report [aria-invalid]")
    await page.click("#keys-open")
    await tour.sees("keys", "#keys[open]")
    await page.click("#keys-close")
    await page.check("#o-no_answer")
    await page.click("[name=then][value=pause]")
    await tour.sees("recorded", "#told")
    await house.put(call("ct-0003.1", kind="letter", contact_point="postal_address"))
    await page.click("#next")
    await tour.sees("letter", "#report")

    assert tour.wrong == {}


async def busy_desk(house) -> None:
    """One of everything that a supervisor has to see."""
    await house.put(
        *(call(f"ct-{number:04}.1") for number in range(1, 5)),
        call("ct-0005.1", kind="visit", contact_point="postal_address", priority=2),
        call("ct-0006.1", expires_at=NOW + timedelta(minutes=50)),
    )
    first = await house.in_call(ANN)
    house.now += 3 * MINUTE
    house.lane.answer = Permitted(house.now, house.now + HOUR, house.lane.answer.amounts)
    taken = await house.held(BEN)
    await house.desk.escalate(BEN, taken.task_id, taken.fence, "submit-1", "A public figure, and the press has called.")
    await house.in_call(BEN)
    assert first.task_id


@EVERYWHERE
async def test_the_overview_is_open_to_everybody(house, signed_in, language, phone):
    await busy_desk(house)
    tab = await signed_in("supervisor", language=language, phone=phone)
    tab.expected = ("422",)
    tour = Tour(tab, f"{language}-{'phone' if phone else 'desktop'}")
    await tab.opens("/desk/overview")
    await tour.sees("overview", "#unresolved")
    await tab.page.click("[id^=unresolved-resolve]")
    await tour.sees("resolve", "#report")
    await tab.page.click("[data-submits]")
    await tour.sees("resolve-wrong", "#f-outcome-wrong")

    assert tour.wrong == {}


@EVERYWHERE
async def test_the_approval_of_a_step_is_open_to_everybody(house, signed_in, language, phone):
    await house.put(call(kind="legal", contact_point="case_file", gate="counsel"))
    tab = await signed_in("supervisor", language=language, phone=phone)
    tour = Tour(tab, f"{language}-{'phone' if phone else 'desktop'}")
    await tab.opens("/desk")
    await tab.page.click("#next")
    await tour.sees("approval", "#o-approved")

    assert tour.wrong == {}
