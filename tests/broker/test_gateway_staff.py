"""Staff pages as operators run them: an account from the command line, and a gateway in a process of its own."""

import asyncio
import os
import re
import subprocess
import sys

import pytest

from tests.broker.gateways import ORIGIN, gateway
from tests.broker.installation import installation, new_prefix

PASSWORD = "long enough 4 me"


def account(folder: str, name: str) -> None:
    command = [sys.executable, "-m", "dispatcher", "desk", "account", "add", name, "--role", "supervisor"]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DISPATCHER_")}
    subprocess.run(command, input=PASSWORD, text=True, check=True, env=environ | {"DISPATCHER_DATA_DIR": folder})


@pytest.mark.asyncio
async def test_somebody_with_an_account_signs_in_at_a_gateway_that_runs(broker, tmp_path):
    async with installation(broker, new_prefix(), tmp_path, partitions=1) as installed:
        running = await gateway(installed)
        await asyncio.to_thread(account, str(tmp_path / "gateway"), "ann")
        async with running.client as client:
            asked = await client.get("/desk/sign-in", headers={"accept": "text/html"})
            token = re.search(r'name="form_token" value="([^"]*)"', asked.text)
            cookie = asked.headers["set-cookie"].partition(";")[0]
            answer = await client.post(
                "/desk/sign-in",
                headers={"origin": ORIGIN, "sec-fetch-site": "same-origin", "cookie": cookie},
                data={"form_token": token[1], "name": "ann", "password": PASSWORD},
            )
            (session,) = [each for each in answer.headers.get_list("set-cookie") if "session" in each]
            shown = await client.get("/desk/home", headers={"cookie": session.partition(";")[0]})
    assert (answer.status_code, "ann, supervisor" in shown.text) == (303, True)
