"""Both adapters keep the protocol, against real servers on loopback."""

import pytest

from channels.conformance import CASES


@pytest.mark.asyncio
@pytest.mark.parametrize("case", CASES)
async def test_twilio_conforms(case, twilio_harness):
    await CASES[case](twilio_harness)


@pytest.mark.asyncio
@pytest.mark.parametrize("case", CASES)
async def test_smtp_conforms(case, smtp_harness):
    await CASES[case](smtp_harness)
