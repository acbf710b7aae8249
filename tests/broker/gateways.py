"""A gateway as operators run it, a key for everything, and calls as Twilio signs them."""

import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx
from twilio.request_validator import RequestValidator

from dispatcher.gateway.api_keys import SCOPES, new_key
from tests.broker.installation import Installation, Process
from tests.broker.operations import eventually, logged

ORIGIN = "https://pay.example"
SECRET = "a secret of these tests alone"
TWILIO = {
    "DISPATCHER_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "DISPATCHER_TWILIO_AUTH_TOKEN": "a token of these tests",
    "DISPATCHER_TWILIO_FROM": "+15005550006",
}


@dataclass(frozen=True)
class Gateway:
    """A gateway that serves, and a client that has a key for it."""

    process: Process
    client: httpx.AsyncClient

    async def by_twilio(self, path: str, form: dict[str, str]) -> httpx.Response:
        """A call that Twilio has signed."""
        token = TWILIO["DISPATCHER_TWILIO_AUTH_TOKEN"]
        signature = RequestValidator(token).compute_signature(ORIGIN + path, form)
        headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}
        return await self.client.post(path, content=urlencode(form), headers=headers)


async def gateway(installed: Installation, name: str = "gateway", **settings: str) -> Gateway:
    """Start one and wait until it listens."""
    key, known = new_key("billing", SCOPES, secrets.token_urlsafe)
    keys = installed.folder / f"{name}-keys"
    keys.write_text(known.line + "\n", "utf-8")
    defaults = {
        "DISPATCHER_GATEWAY_PORT": "0",
        "DISPATCHER_API_KEYS_FILE": str(keys),
        "DISPATCHER_PUBLIC_URL": ORIGIN,
        "DISPATCHER_SECRET": SECRET,
        **TWILIO,
    }
    process = installed.worker(name, program=("dispatcher", "gateway"), **(defaults | settings))

    def listens() -> bool:
        assert process.exit_code is None, process.output()[-3000:]
        return bool(logged(process, "gateway_started"))

    await eventually(listens, "the gateway listens", worker=process)
    port = logged(process, "gateway_started")[-1]["port"]
    client = httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {key}"}, timeout=20, trust_env=False
    )
    return Gateway(process, client)
