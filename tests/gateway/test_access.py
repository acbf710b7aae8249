"""Who may do what, and how often; and what every answer carries."""

from base64 import b64encode

import httpx
import pytest
from litestar import get
from litestar.exceptions import InternalServerException

from dispatcher.gateway.app import gateway
from dispatcher.gateway.buckets import Buckets
from tests.gateway.samples import JSON, example
from tests.gateway.site import Clock, Site, site

pytestmark = pytest.mark.asyncio
PATH = "/v1/events"


async def _post(at: Site, headers: dict[str, str], address: str = "192.0.2.1") -> int:
    async with at.client_with(headers, address) as client:
        return (await client.post(PATH, json=example("invoice.due"))).status_code


async def test_without_a_key_nothing_is_accepted():
    assert await _post(site(), {}) == 401


async def test_an_unknown_key_is_turned_away():
    assert await _post(site(), {"Authorization": "Bearer dk_" + "x" * 32}) == 401


async def test_the_hash_of_a_key_is_no_key():
    at = site()

    assert await _post(at, {"Authorization": f"Bearer {at.parts.keys[0].hash}"}) == 401


async def test_a_key_may_come_as_the_password_of_an_address():
    at = site()
    basic = b64encode(f"anybody:{at.key}".encode()).decode()

    assert await _post(at, {"Authorization": f"Basic {basic}"}) == 202


@pytest.mark.parametrize("value", ["Basic %%%", "Basic /w==", "Digest x", "Bearer", ""])
async def test_a_header_that_is_no_key_is_turned_away(value):
    assert await _post(site(), {"Authorization": value}) == 401


async def test_a_key_without_the_scope_is_turned_away():
    at = site(scopes=("customers:write",))

    assert (await at.client.post(PATH, json=example("invoice.due"))).status_code == 403


async def test_a_caller_who_asks_too_often_is_told_when_to_come_back():
    clock = Clock()
    at = site(callers=Buckets(0.5, 1, clock))
    await at.client.post(PATH, json=example("invoice.due"))

    answer = await at.client.post(PATH, json=example("invoice.due"))

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")


async def test_a_caller_is_served_again_when_the_time_has_passed():
    clock = Clock()
    at = site(callers=Buckets(0.5, 1, clock))
    await at.client.post(PATH, json=example("invoice.due"))
    clock.seconds = 2.0

    assert (await at.client.post(PATH, json=example("invoice.due"))).status_code == 202


async def test_wrong_keys_from_one_address_are_soon_not_looked_at():
    at = site(strangers=Buckets(1, 2, Clock()))

    assert [await _post(at, {}) for _ in range(3)] == [401, 401, 429]


async def test_wrong_keys_from_an_address_do_not_keep_a_right_one_out():
    at = site(strangers=Buckets(1, 1, Clock()))
    for _ in range(3):
        await _post(at, {})

    assert await _post(at, {"Authorization": f"Bearer {at.key}"}) == 202


async def test_another_address_is_not_made_to_pay():
    at = site(strangers=Buckets(1, 1, Clock()))
    await _post(at, {})

    assert await _post(at, {}, "192.0.2.2") == 401


async def test_addresses_of_one_ipv6_network_pay_together():
    at = site(strangers=Buckets(1, 1, Clock()))
    await _post(at, {}, "2001:db8::1")

    assert await _post(at, {}, "2001:db8::2") == 429


async def test_an_answer_names_the_request_by_the_id_that_it_came_with():
    answer = await site().client.get("/livez", headers={"X-Request-Id": "abc-1"})

    assert answer.headers["x-request-id"] == "abc-1"


async def test_a_request_id_that_could_break_a_log_is_replaced():
    answer = await site().client.get("/livez", headers={"X-Request-Id": 'a" b'})

    assert answer.headers["x-request-id"] == "id-0"


@pytest.mark.parametrize("path", ["/livez", "/nowhere", PATH])
async def test_every_answer_forbids_what_browsers_would_do_with_it(path):
    answer = await site().client.get(path)

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_browsers_are_kept_on_https_where_the_public_address_has_it():
    answer = await site(public_url="https://pay.example").client.get("/livez")

    assert "strict-transport-security" in answer.headers


async def test_a_public_address_without_https_promises_none():
    answer = await site(public_url="http://pay.example").client.get("/livez")

    assert "strict-transport-security" not in answer.headers


async def test_an_address_that_is_not_there_is_a_problem_without_the_address():
    answer = await site().client.get("/u/secret-token")

    assert (answer.status_code, "secret" in answer.text) == (404, False)


async def test_a_method_that_is_not_taken_names_those_that_are():
    answer = await site().client.get(PATH)

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")


async def test_a_fault_of_ours_says_nothing_of_what_was_sent():
    async def faulty(entries):
        raise ValueError("Ada Example +447700900123")

    answer = await site(append=faulty).client.post(PATH, json=example("invoice.due"), headers=JSON)

    assert (answer.status_code, "Ada" in answer.text) == (500, False)


async def test_a_fault_of_ours_keeps_its_headers_and_its_measure():
    async def faulty(entries):
        raise ValueError

    at = site(append=faulty)
    answer = await at.client.post(PATH, json=example("invoice.due"), headers=JSON)

    assert answer.headers["x-request-id"] == "id-0"
    assert at.counted('dispatcher_gateway_requests_total{route="events",status="5xx"}') == 1


async def test_a_fault_in_a_handler_that_was_handed_in_is_told_like_one_of_ours():
    @get("/further", include_in_schema=False)
    async def further() -> None:
        raise InternalServerException("Ada Example +447700900123")

    transport = httpx.ASGITransport(gateway(site().parts, more=[further]))
    async with httpx.AsyncClient(transport=transport, base_url="https://gateway.example") as client:
        answer = await client.get("/further")

    assert answer.json()["type"] == "urn:dispatcher:problem:fault"


async def test_those_turned_away_are_counted_by_reason():
    at = site()
    await _post(at, {})

    assert at.counted('dispatcher_gateway_turned_away_total{reason="unknown_key"}') == 1


async def test_it_is_ready_while_kafka_answers():
    assert (await site().client.get("/readyz")).status_code == 200


async def test_it_is_not_ready_while_kafka_does_not():
    at = site()
    at.writer.away = True

    assert (await at.client.get("/readyz")).status_code == 503


async def test_it_is_alive_whether_kafka_answers_or_not():
    at = site()
    at.writer.away = True

    assert (await at.client.get("/livez")).status_code == 200


async def test_metrics_know_every_route_before_its_first_request():
    answer = await site().client.get("/metrics")

    assert 'dispatcher_gateway_requests_total{route="twilio_status",status="5xx"} 0.0' in answer.text
