"""Following `reminders.policy`: what is applied there decides from the next turn of every lane on.

A policy that this release cannot read, or that this worker has no means for, is refused aloud and the former one stays.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Protocol

import structlog

from dispatcher.core.policy import Policy, PolicyProblems, parse
from dispatcher.engine.clients import Kafka, KafkaAway
from dispatcher.engine.config import EngineConfig
from dispatcher.engine.policy_topic import Policies, read
from schemas import topics
from schemas.policies import PolicyText

_PAUSE_S = 2.0
_log = structlog.get_logger(__name__)

Objection = Callable[[Policy], str | None]
"""Why this worker cannot act on a policy; None if it can."""


class Announcement(Protocol):
    """Who has to know of the policy in force, beside the lanes."""

    def policy(self, policy_hash: str, stages: tuple[str, ...]) -> None:
        """From now on this one decides."""

    def policy_refused(self) -> None:
        """The topic names one that cannot be used here."""


class PolicyInForce:
    """The policy with which a turn begins. It is replaced as a whole, between two turns of a lane."""

    def __init__(self, policy: Policy, objection: Objection, announcement: Announcement) -> None:
        """`policy` was judged by whoever starts the worker."""
        self.policy = policy
        self._objection = objection
        self._announcement = announcement
        self._announce()

    def offer(self, text: PolicyText) -> bool:
        """Whether this text decides from now on; False if it did before, or is refused."""
        if text.hash == self.policy.hash:
            if self._refused:
                self._announce()
            return False
        parsed = parse(text.text, file=f"policy {text.hash}")
        why = str(parsed) if isinstance(parsed, PolicyProblems) else self._objection(parsed)
        if isinstance(parsed, PolicyProblems) or why is not None:
            self.refuse(text.hash, why or "")
            return False
        _log.info("policy_switched", before=self.policy.hash, policy=parsed.hash)
        self.policy = parsed
        self._announce()
        return True

    def refuse(self, name: str, why: str) -> None:
        """Say that what the topic names cannot be used."""
        _log.error("policy_refused", policy=name, stays=self.policy.hash, why=why)
        self._refused = True
        self._announcement.policy_refused()

    def _announce(self) -> None:
        self._refused = False
        self._announcement.policy(self.policy.hash, self.policy.stage_ids)


async def follow(config: EngineConfig, in_force: PolicyInForce, switched: Callable[[], None]) -> None:
    """Offer whatever is put in force, the latest first after an outage, until cancelled; `switched` hears of each."""
    while True:
        try:
            async with aclosing(_versions(config)) as versions:
                async for policies in versions:
                    if _take(policies, in_force):
                        switched()
        except KafkaAway as away:
            _log.warning("policy_topic_away", why=str(away))
        await asyncio.sleep(_PAUSE_S)


def _take(policies: Policies, in_force: PolicyInForce) -> bool:
    """Whether another policy decides from now on."""
    named, active = policies.in_force, policies.active
    if active is not None:
        return in_force.offer(active)
    if named is not None:
        in_force.refuse(named.hash, "its text is not in the topic")
    return False


async def _versions(config: EngineConfig) -> AsyncGenerator[Policies, None]:
    """What the topic says now, and again whenever another policy is put in force."""
    topic = config.topic(topics.POLICY)
    async with Kafka(config.connection) as kafka:
        policies = await read(kafka, topic)
        yield policies
        async for record in kafka.read(topic, partition=0, start=policies.end, follow=True):
            before, policies = policies, policies.after(record)
            if policies.strange != before.strange:
                _log.error("policy_record_ignored", record=policies.strange, why="it is no policy")
            if policies.in_force is not before.in_force:
                yield policies
