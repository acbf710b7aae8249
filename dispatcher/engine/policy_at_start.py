"""Which policy a worker starts with: the one in the topic, or at the very first start of all the one that a file states."""

from datetime import datetime
from pathlib import Path

import structlog

from dispatcher.core.policy import Policy, PolicyProblems, parse
from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import EngineConfig
from dispatcher.engine.policy_switch import Objection
from dispatcher.engine.policy_topic import MOST_TEXT_BYTES, put_in_force, read
from schemas import topics
from schemas.policies import PolicyText

_log = structlog.get_logger(__name__)

_BY = "first start"


class NoPolicy(Exception):
    """There is no policy to start with; the message says why and what to do."""


class Unsupplied(Exception):
    """This worker lacks what the policy needs; the message says what, and what to do."""


async def policy_at_start(config: EngineConfig, file: Path | None, now: datetime, objection: Objection) -> Policy:
    """The policy in force. If none ever was, the one in `file` is put in force: by one worker, if several start at once.

    Raises:
        NoPolicy: there is none, or it is wrong.
        Unsupplied: this worker cannot act on it.
        KafkaAway: Kafka does not answer.
    """
    async with Kafka(config.connection) as kafka:
        found = await read(kafka, config.topic(topics.POLICY))
        if found.in_force is None and found.strange is not None:
            raise NoPolicy(f"{found.strange} is no policy, and none is in force: `dispatcher policy apply FILE`")
        if found.in_force is None:
            found = await put_in_force(kafka, config, _first(file, now, objection), first_only=True)
    active = found.active
    if active is None:
        raise NoPolicy(f"{config.topic(topics.POLICY)} lost the text of its policy: `dispatcher policy apply FILE`")
    policy = _parsed(active.text, f"policy {active.hash} in {config.topic(topics.POLICY)}", objection)
    _tell_where_different(file, policy)
    return policy


def _first(file: Path | None, now: datetime, objection: Objection) -> PolicyText:
    if file is None:
        raise NoPolicy(
            "no policy was ever applied: `dispatcher policy apply FILE`, or name the first in DISPATCHER_POLICY "
            "(start from deploy/policy.example.toml)"
        )
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise NoPolicy(f"{file}: cannot be read ({type(fault).__name__})") from fault
    if len(text.encode()) > MOST_TEXT_BYTES:
        raise NoPolicy(f"{file}: longer than {MOST_TEXT_BYTES} bytes")
    return PolicyText(_parsed(text, str(file), objection).hash, text, _BY, now)


def _parsed(text: str, name: str, objection: Objection) -> Policy:
    parsed = parse(text, file=name)
    if isinstance(parsed, PolicyProblems):
        raise NoPolicy(str(parsed))
    why = objection(parsed)
    if why is not None:
        raise Unsupplied(why)
    return parsed


def _tell_where_different(file: Path | None, policy: Policy) -> None:
    """The file is only for the first start; who has changed it since should know that it does not count."""
    try:
        stated = None if file is None else parse(file.read_text(encoding="utf-8"), file=str(file))
    except (OSError, UnicodeDecodeError):
        return
    if stated is not None and (isinstance(stated, PolicyProblems) or stated.hash != policy.hash):
        _log.warning(
            "policy_file_ignored", in_force=policy.hash, why="`dispatcher policy apply FILE` changes the policy"
        )
