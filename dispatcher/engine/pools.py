"""One pool for each channel that has accounts: how many calls at a time, how many claims without an outcome."""

import time
from collections.abc import Callable, Mapping

from channels.protocol import Message
from dispatcher.engine.account import Account, Supply
from dispatcher.engine.brakes import Brakes
from dispatcher.engine.config import EngineConfig
from dispatcher.engine.hourly import Hourly
from dispatcher.engine.outcomes import Outcomes
from dispatcher.engine.parts import Parts
from dispatcher.engine.points import Points
from dispatcher.engine.pool import Pool
from schemas.values import Channel

CALLS_AT_ONCE: Mapping[Channel, int] = {"sms": 32, "email": 16}
"""To one account."""
CREDITS: Mapping[Channel, int] = {"sms": 256, "email": 128}
"""How many claims of a channel may be without a standing outcome, in one worker, at the pace of a fast provider.

Enough that calls go on while claims are flushed and outcomes come to stand; and all of them are in doubt if the worker dies.
"""


def pools_of(
    parts: Parts,
    config: EngineConfig,
    *,
    outcomes: Outcomes,
    brakes: Brakes,
    points: Points,
    hourly: Callable[[Channel], Hourly],
    sent: Callable[[str, Message], None],
) -> dict[Channel, Pool]:
    """The pools of a worker; `hourly` makes the policy's limit of a channel, `sent` is told what was sent to whom."""
    by_channel: dict[Channel, list[Supply]] = {}
    for supply in parts.supplies:
        by_channel.setdefault(supply.channel, []).append(supply)
    lease_s, now = config.lease_s, time.monotonic()

    def account(supply: Supply, credit: int) -> Account:
        return Account(supply, workers=CALLS_AT_ONCE[supply.channel], most_open=credit, lease_s=lease_s, now=now)

    return {
        channel: Pool(
            channel,
            [account(each, CREDITS[channel] // len(supplies)) for each in supplies],
            timeout_s=config.provider_timeout_s,
            compose=parts.compose,
            outcomes=outcomes,
            braked=brakes.holds,
            barred=points.bars.why,
            refused=points.refusal,
            hourly=hourly(channel),
            clock=parts.clock,
            metrics=parts.metrics,
            sent=sent,
        )
        for channel, supplies in by_channel.items()
    }
