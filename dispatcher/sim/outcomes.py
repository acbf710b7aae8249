"""What becomes of attempts on a virtual clock: every message is accepted at once, or what a list of rules says.

A rule is one JSON object: `outcome`, and what it is limited to. The first rule that fits an attempt, and is not used up,
decides it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal, assert_never

import msgspec

from dispatcher.core.decide import Claim
from dispatcher.sim.virtual_clock import Told
from schemas.inbox import (
    Arrival,
    AttemptAccepted,
    AttemptInDoubt,
    AttemptRejected,
    AttemptReleased,
    Cause,
    ContactReported,
    Fact,
)
from schemas.values import Channel, Millis

Outcome = Literal[
    "accepted", "delivered", "undelivered", "rejected", "deferred", "in_doubt", "reached", "not_reached", "unreported"
]
"""What becomes of a message, or (the last three) of a call task."""

PROVIDER: Final = "virtual"
_TASK_OUTCOMES: Final = frozenset({"reached", "not_reached", "unreported"})
_RETRY_S: Final = 300.0
_Seconds = Annotated[float, msgspec.Meta(ge=0)]


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of attempts by `channel`, of `stage`, to `customer`: those left out fit all.

    `attempt` is the number of the contact's attempt, from 1; `times` is how many attempts the rule decides (left out: all).
    The answer comes `after_s` seconds after the claim; a receipt (`delivered`, `undelivered`) comes then, after an
    acceptance at once. `retry_after_s`: when a deferred attempt may be made again.
    """

    outcome: Outcome
    channel: Channel | None = None
    stage: str | None = None
    customer: str | None = None
    attempt: Annotated[int, msgspec.Meta(ge=1)] | None = None
    times: Annotated[int, msgspec.Meta(ge=1)] | None = None
    after_s: _Seconds = 0
    retry_after_s: _Seconds = _RETRY_S
    refusal: Literal["recipient", "content", "suppressed"] = "recipient"
    code: str = "virtual"

    def fits(self, claim: Claim) -> bool:
        """Whether the rule is about this attempt."""
        return (
            (self.outcome in _TASK_OUTCOMES) == (claim.channel == "call_task")
            and self.channel in (None, claim.channel)
            and self.stage in (None, claim.stage.id)
            and self.customer in (None, claim.customer_id)
            and (self.attempt is None or claim.attempt_id.endswith(f".{self.attempt}"))
        )


@dataclass(frozen=True, slots=True)
class BadRule:
    """A line that is no rule, from 1, and what was expected there."""

    line: int
    message: str


_rules = msgspec.json.Decoder(Rule)
_ACCEPT = Rule("accepted")
_IGNORE = Rule("unreported")


def read_rules(lines: Iterable[bytes]) -> list[Rule] | BadRule:
    """The rules of a file, one a line, or the first line that is none."""
    rules = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                rules.append(_rules.decode(line))
            except (msgspec.DecodeError, UnicodeDecodeError) as fault:
                return BadRule(
                    number, f"{fault}; expected an object such as {{'channel': 'sms', 'outcome': 'rejected'}}"
                )
    return rules


class Answers:
    """Answers claims by rules, in order; where none fits, messages are accepted at once and calls stay unreported."""

    def __init__(self, rules: Sequence[Rule] = ()) -> None:
        """The rules in the order in which they are asked."""
        self._rules = rules
        self._used = [0] * len(rules)

    def __call__(self, claim: Claim) -> tuple[Told, ...]:
        """What comes of a claim."""
        rule = self._rule(claim)
        late = claim.claimed_at + int(rule.after_s * 1000)
        told = []
        for at, fact in _facts(rule, claim, late):
            source = "virtual/desk" if isinstance(fact, ContactReported) else "dispatcher/sender"
            cause = Cause("", -1, -1, source, f"{claim.attempt_id}/{type(fact).__name__}/{at}")
            told.append(Told(at, claim.customer_id, Arrival(at * 1000, cause, fact)))
        return tuple(told)

    def _rule(self, claim: Claim) -> Rule:
        for number, rule in enumerate(self._rules):
            if rule.fits(claim) and (rule.times is None or self._used[number] < rule.times):
                self._used[number] += 1
                return rule
        return _IGNORE if claim.channel == "call_task" else _ACCEPT


def _facts(rule: Rule, claim: Claim, late: Millis) -> Sequence[tuple[Millis, Fact]]:
    attempt_id = claim.attempt_id
    accepted = AttemptAccepted(attempt_id, PROVIDER, attempt_id)
    match rule.outcome:
        case "accepted":
            return ((late, accepted),)
        case "delivered" | "undelivered":
            return ((claim.claimed_at, accepted), (late, _reported(rule, claim, late)))
        case "rejected":
            return ((late, AttemptRejected(attempt_id, PROVIDER, rule.refusal, rule.code)),)
        case "deferred":
            retry_at = late + int(rule.retry_after_s * 1000)
            return ((late, AttemptReleased(attempt_id, "provider_unreachable", retry_at)),)
        case "in_doubt":
            return ((late, AttemptInDoubt(attempt_id, PROVIDER, rule.code)),)
        case "reached" | "not_reached":
            return ((late, _reported(rule, claim, late)),)
        case "unreported":
            return ()
        case never:
            assert_never(never)


def _reported(rule: Rule, claim: Claim, at: Millis) -> ContactReported:
    """A receipt of the provider for a message, the desk's report for a task."""
    task = claim.channel == "call_task"
    return ContactReported(
        claim.channel,
        "outbound",
        at,
        "desk" if task else "provider",
        rule.outcome,
        "right_party" if rule.outcome == "reached" else "none",
        claim.contact_id,
        claim.attempt_id if task else None,
    )
