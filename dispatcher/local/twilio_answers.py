"""How the Twilio stand-in lets its account in, and how it refuses."""

import hmac
from typing import Final

from aiohttp import encode_basic_auth, web

from dispatcher.local.twilio_faults import Refused

_MORE_INFO: Final = "https://www.twilio.com/docs/errors/{code}"


def knows(request: web.Request, account_sid: str, auth_token: str) -> bool:
    """Whether the request is about this account and has its password."""
    given = request.headers.get("Authorization", "")
    right = encode_basic_auth(account_sid, auth_token)
    return request.match_info["account"] == account_sid and hmac.compare_digest(given.encode(), right.encode())


def refused(fault: Refused) -> web.Response:
    """The answer of a refusal: Twilio's document describes none, its client reads these fields."""
    headers = {} if fault.retry_after_s is None else {"Retry-After": str(fault.retry_after_s)}
    body = {
        "code": fault.code,
        "message": fault.message,
        "more_info": _MORE_INFO.format(code=fault.code),
        "status": fault.status,
    }
    return web.json_response(body, status=fault.status, headers=headers)
