"""What customers and billing systems wrote stays text: no field of a task can bring script, markup or an address to run."""

import pytest
from msgspec.structs import replace

from dispatcher.gateway.dialling import AmountNow, Permitted
from schemas.journal import AmountOfInvoice
from tests.gateway.calls.house import ANN, BEN, HOUR, MINUTE
from tests.pages.desk_office import call, house, keeps, more_parts

__all__ = ["house", "more_parts"]

pytestmark = pytest.mark.asyncio(loop_scope="session")

CORPUS = (
    "<script>window.struck=1</script>",
    '"><img src=x onerror="window.struck=1">',
    "'><svg/onload=window.struck=1>",
    "</textarea><script>window.struck=1</script>",
    "javascript:window.struck=1//",
    "{{ 7*7 }}{% raw %}<b>${7*7}",
    '<a href="javascript:window.struck=1" hx-on:click="window.struck=1">x</a>',
    '<div hx-get="/desk/overview" hx-trigger="load" data-key="n">',
    "--><style>*{display:none}</style><!--",
    "\u202egnp.tset\u202c\u200b\u0000&lt;b&gt;",
)
_COUNT = "() => [window.struck ?? 0, document.querySelectorAll('main img, main svg, main b, main style').length]"
_RUNS = """() => [...document.querySelectorAll('main *')].flatMap(each => [...each.attributes]
  .filter(one => one.name.startsWith('on') || one.name.startsWith('hx-on') || /^javascript:/i.test(one.value.trim())
    && one.name !== 'value').map(one => one.name))"""


def hostile(n: int, text: str):
    """A call in which every field that others write is hostile."""
    shown = text.replace("\u0000", "")
    return call(
        f"ct-{n:04}.1",
        customer_id=f"{shown}-{n}",
        invoice_ids=(f"{shown}-a", f"{shown}-b"),
        contact_point=f"+4477{shown}",
        amounts=(
            AmountOfInvoice(f"{shown}-a", 100, "EUR", "2026-02-01", shown),
            AmountOfInvoice(f"{shown}-b", 100, "EUR", shown, shown),
        ),
    )


def with_script(n: int, text: str):
    """The same, and its script as well."""
    script = f"{text}\n\n1. {text}\n   [identity] {text}\n   {text}\n"
    return replace(hostile(n, text), script=script)


@pytest.mark.parametrize(
    "number", [0, 1, *(pytest.param(each, marks=pytest.mark.slow) for each in range(2, len(CORPUS)))]
)
async def test_a_hostile_task_runs_nothing_on_the_agents_page(house, signed_in, number):
    task = with_script(number, CORPUS[number])
    house.lane.answer = Permitted(
        house.now, house.now + HOUR, tuple(AmountNow(each, 100, "EUR") for each in task.invoice_ids)
    )
    await house.put(task)
    tab = await signed_in("agent")
    tab.expected = ("422",)
    await tab.opens("/desk")
    await tab.page.click("#next")
    await tab.page.click("#dial")
    await tab.page.check("#o-dispute")
    await tab.page.fill("#f-note", CORPUS[number] * 3)
    await tab.page.check("#o-callback_requested")
    await tab.page.click("[data-submits]")
    await keeps(tab, "Nothing was recorded yet")

    assert (await tab.page.evaluate(_COUNT), await tab.page.evaluate(_RUNS)) == ([0, 0], [])


async def test_hostile_tasks_and_notes_run_nothing_on_the_supervisors_pages(house, signed_in):
    await house.put(*(hostile(n, text) for n, text in enumerate(CORPUS)))
    for text in CORPUS[:4]:
        mine = await house.held(ANN)
        await house.desk.escalate(ANN, mine.task_id, mine.fence, f"submit-{mine.task_id}", text)
    await house.in_call(BEN)
    house.now += 3 * MINUTE
    tab = await signed_in("supervisor")
    await tab.opens("/desk/overview")
    first = await tab.page.evaluate(_COUNT), await tab.page.evaluate(_RUNS)
    await tab.page.click("[id^=unresolved-resolve]")
    await tab.page.wait_for_selector("#report")

    assert [first, (await tab.page.evaluate(_COUNT), await tab.page.evaluate(_RUNS))] == [([0, 0], [])] * 2
