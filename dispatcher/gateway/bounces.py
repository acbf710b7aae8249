"""`/hooks/email/bounces`: reports of mail systems over HTTP. A key says that it is our mail system that calls."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

import msgspec
from litestar import Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from channels.email_bounces import LARGEST, NotAReport
from dispatcher.gateway.access import AnyRequest, admit
from dispatcher.gateway.appending import Away
from dispatcher.gateway.parts import Parts
from dispatcher.gateway.problems import kafka_away
from dispatcher.gateway.word_of_mail import Told, mail_in, told
from dispatcher.ops.labels import Report

LARGEST_BODY: Final = 2 * LARGEST
"""Bytes of one request: a report and what a form puts around it."""


class ReportTaken(msgspec.Struct, frozen=True):
    """What was understood of a mail: a word for each recipient it speaks of; none if all it says is that mails arrived."""

    says: tuple[Report, ...]


_PATH: Final = "/hooks/email/bounces"


def bounces_routes(parts: Parts) -> Sequence[HTTPRouteHandler]:
    """The handlers of the address, with the key in a header, or in the path where a system can do no better."""

    async def take(request: AnyRequest, key: str | None) -> Response[bytes]:
        admit(parts, request, "hooks:write", key)
        found = await asyncio.to_thread(_read, parts, await request.body(), request.headers.get("content-type", ""))
        if isinstance(found, NotAReport):
            return _taken(parts, ("not_a_report",))
        if found.entries and isinstance(await parts.append(found.entries), Away):
            return kafka_away()
        return _taken(parts, found.kinds)

    @post(
        _PATH,
        status_code=HTTPStatus.OK,
        request_max_body_size=LARGEST_BODY,
        operation_id="takeMailReport",
        summary="A bounce or complaint",
        tags=["hooks"],
        opt={"body": "mail"},
    )
    async def bounce(request: AnyRequest) -> Response[bytes]:
        """A mail as it came (message/rfc822), or a form with it. 200: what it reports stands in Kafka."""
        return await take(request, None)

    @post(
        f"{_PATH}/{{key:str}}",
        status_code=HTTPStatus.OK,
        request_max_body_size=LARGEST_BODY,
        operation_id="takeMailReportByAddress",
        summary="The same, with the key in the address",
        tags=["hooks"],
        opt={"body": "mail"},
    )
    async def bounce_by_address(request: AnyRequest, key: FromPath[str]) -> Response[bytes]:
        """For systems that can set no header; addresses are written into logs by others, so a header is better."""
        return await take(request, key)

    return bounce, bounce_by_address


def _taken(parts: Parts, says: Sequence[Report]) -> Response[bytes]:
    for each in says:
        parts.metrics.report(each)
    return Response(msgspec.json.encode(ReportTaken(tuple(says))), media_type="application/json")


def _read(parts: Parts, body: bytes, content_type: str) -> Told | NotAReport:
    return told(mail_in(body, content_type), parts.here_and_now(), only_ours=parts.bounces == "ours")
