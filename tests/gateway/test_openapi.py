"""The OpenAPI document is of this gateway, is valid, and whatever is sent by it, no answer is a fault."""

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from litestar.handlers import HTTPRouteHandler
from openapi_core import OpenAPI
from requests import Request
from schemathesis import GenerationMode

from dispatcher.gateway.adapters import adapters_routes
from dispatcher.gateway.api_keys import SCOPES
from dispatcher.gateway.bounces import bounces_routes
from dispatcher.gateway.customers import customers_routes
from dispatcher.gateway.desk import desk_routes
from dispatcher.gateway.documentation import page
from dispatcher.gateway.events import events_routes
from dispatcher.gateway.openapi import document
from dispatcher.gateway.parts import TwilioHooks
from dispatcher.gateway.twilio import twilio_routes
from dispatcher.settings import Secret
from tests.gateway.site import Site, site

TWILIO = TwilioHooks("https://pay.example", (Secret("token"),))


def house() -> Site:
    return site(SCOPES, twilio=TWILIO, desk=(Secret("whsec_" + "c2VjcmV0" * 4),))


def handlers() -> list[HTTPRouteHandler]:
    parts = house().parts
    groups = (events_routes, customers_routes, twilio_routes, bounces_routes, desk_routes, adapters_routes)
    return [handler for routes in groups for handler in routes(parts)]


DOCUMENT = document(handlers(), None)


def test_it_is_a_valid_document():
    OpenAPI.from_dict(json.loads(json.dumps(DOCUMENT)))


def test_it_describes_every_address_that_is_served():
    described = {(path, method.upper()) for path, methods in DOCUMENT["paths"].items() for method in methods}

    assert described == {
        (path.replace(":str", ""), str(method))
        for each in handlers()
        for path in each.paths
        for method in each.http_methods
    }


def test_each_operation_says_what_it_takes():
    operations = [each for methods in DOCUMENT["paths"].values() for each in methods.values()]

    assert [each["operationId"] for each in operations if "requestBody" not in each] == []


def test_the_page_names_every_operation():
    shown = page(DOCUMENT)

    operations = [each for methods in DOCUMENT["paths"].values() for each in methods.values()]
    assert [each["operationId"] for each in operations if f'id="{each["operationId"]}"' not in shown] == []


def test_the_page_loads_nothing():
    shown = page(DOCUMENT)

    assert [mark for mark in ("<script", "src=", "@import", "url(", "<link") if mark in shown] == []


@pytest.mark.asyncio
async def test_both_are_served():
    at = house()

    assert [(await at.client.get(path)).status_code for path in ("/docs", "/openapi.json")] == [200, 200]


def _operations() -> dict[str, Any]:
    loaded = schemathesis.openapi.from_dict(json.loads(json.dumps(DOCUMENT)))
    return {each.ok().label: each.ok() for each in loaded.get_all_operations()}


OPERATIONS = _operations()
_SHARED = house()
_ELSEWHERE = {404, 405}
"""A generated id may make an address of another path."""


def _requests(operation: Any, mode: GenerationMode, most: int) -> list[dict[str, Any]]:
    """Requests that fit the document, or that do not, as the client takes them."""
    found: list[dict[str, Any]] = []

    @seed(1)
    @settings(max_examples=most, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy(generation_mode=mode))
    def collect(case: Any) -> None:
        told = case.as_transport_kwargs(base_url="https://gateway.example")
        taken = {
            name: told[name] for name in ("method", "url", "headers", "params", "json", "files", "data") if name in told
        }
        request = Request(**taken).prepare()
        body = request.body.encode() if isinstance(request.body, str) else request.body
        headers = {name.encode("latin-1"): _bytes(value) for name, value in request.headers.items()}
        found.append({"method": request.method, "url": request.url, "headers": headers, "content": body})

    collect()
    return found


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1")


@pytest.mark.asyncio
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"])
@pytest.mark.parametrize("name", OPERATIONS)
async def test_whatever_an_address_is_sent_it_answers_as_the_document_says(name, mode):
    operation = OPERATIONS[name]
    documented = {int(status) for status in operation.definition.raw["responses"]} | _ELSEWHERE

    for request in _requests(operation, mode, 8):
        answer = await _SHARED.client.request(**request)
        assert answer.status_code in documented - {503}, (answer.status_code, answer.text)
