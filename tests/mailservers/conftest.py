"""A Postfix of the test's own, what it asks, what it hands mail to, and the authority that its certificate comes from."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from dispatcher.local.smtp import SmtpSink
from tests.mailservers.authority import certify
from tests.mailservers.dovecot import Dovecot
from tests.mailservers.installed import missing
from tests.mailservers.policy_server import PolicyServer
from tests.mailservers.postfix import NAME, PASSWORD, Postfix


@dataclass(frozen=True)
class MailServer:
    """Postfix hands mail to `next`, `at_rcpt` and `at_end` say what it answers, `logins` why it checks none."""

    postfix: Postfix
    next: SmtpSink
    at_rcpt: PolicyServer
    at_end: PolicyServer
    ca: Path
    logins: str | None


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MailServer]:
    if (why := missing("postfix")) is not None:
        pytest.skip(why)
    no_logins = missing("dovecot-core")
    ca, pem = certify(tmp_path_factory.mktemp("authority"))
    async with AsyncExitStack() as stack:
        following = await stack.enter_async_context(SmtpSink())
        at_rcpt, at_end = [await stack.enter_async_context(PolicyServer()) for _ in range(2)]
        ports = {"relay": following.port, "policy": at_rcpt.port, "end_of_data": at_end.port}
        postfix = await stack.enter_async_context(Postfix(pem, **ports, sasl=no_logins is None))
        if no_logins is None:
            await stack.enter_async_context(Dovecot(postfix.auth_socket, name=NAME, password=PASSWORD))
        yield MailServer(postfix, following, at_rcpt, at_end, ca, no_logins)
