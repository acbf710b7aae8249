"""The trace context of a request goes along with the events that it brings; anything else in its place is left out."""

import pytest
import structlog
from structlog.testing import capture_logs

from schemas.trace import HEADER
from tests.gateway.samples import JSON, as_batch, example
from tests.gateway.site import Site, site
from tests.gateway.test_desk import call, house, result

pytestmark = pytest.mark.asyncio
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
MALFORMED = ["", "Ada Lovelace, ada@example.com", TRACE.upper(), TRACE[:-3], f"{TRACE}, {TRACE}"]


def traces(at: Site) -> list[str]:
    return [each.trace for each in at.writer.entries]


async def test_every_event_of_a_batch_goes_with_the_trace_of_the_request():
    at = site()

    await at.client.post(
        "/v1/events", content=as_batch(example("invoice.due"), example("promise.made")), headers=JSON | {HEADER: TRACE}
    )

    assert traces(at) == [TRACE, TRACE]


async def test_a_statement_about_a_customer_does_so_too():
    at = site()

    hold = {"scope": "customer", "kind": "dispute"}
    await at.client.post("/v1/customers/C-1/holds", json=hold, headers={HEADER: TRACE})

    assert traces(at) == [TRACE]


async def test_the_result_of_a_task_comes_with_the_trace_that_the_desk_names():
    at = house()
    at.client.headers[HEADER] = TRACE

    await call(at, result())

    assert traces(at) == [TRACE]


@pytest.mark.parametrize("sent", MALFORMED)
async def test_a_malformed_trace_is_left_out_and_the_event_is_taken(sent):
    at = site()

    answer = await at.client.post("/v1/events", json=example("invoice.due"), headers={HEADER: sent})

    assert (answer.status_code, traces(at)) == (202, [""])


async def test_two_traces_are_none():
    at = site()
    headers = [(HEADER, TRACE), (HEADER, TRACE), ("authorization", f"Bearer {at.key}")]

    await at.client.post("/v1/events", json=example("invoice.due"), headers=headers)

    assert traces(at) == [""]


class Broken:
    """A writer with a fault of its own."""

    async def __call__(self, entries: object) -> object:
        raise RuntimeError("the writer of a test is broken")


@pytest.mark.parametrize(("sent", "logged"), [(TRACE, TRACE[3:35]), ("Ada Lovelace", None)])
async def test_what_is_logged_of_a_request_names_its_trace_id_and_nothing_malformed(sent, logged):
    at = site(append=Broken())

    with capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        await at.client.post("/v1/events", json=example("invoice.due"), headers={HEADER: sent})

    assert lines
    assert {each.get("trace_id") for each in lines} == {logged}
