"""What `doctor` looks at on the cluster: topics, their partitions, and whether state and inbox belong together."""

import asyncio
from typing import assert_never

import msgspec

from dispatcher.cli.finding import POLICY, Finding, Verdict
from dispatcher.core.policy import PolicyProblems, parse
from dispatcher.engine.clients import Kafka, KafkaAway
from dispatcher.engine.config import EngineConfig
from dispatcher.engine.log_position import WATERMARK_KEY, LogBounds, Refused, Watermark, position
from dispatcher.engine.policy_topic import read
from dispatcher.ops.topic_plan import Create, Fits, MarkLog, Step, Unfit, Wanted, plan
from dispatcher.settings import Settings
from dispatcher.wiring import engine_config
from schemas import inbox, topics

_TAIL = 2_000
"""A lane writes its position at the end of every flush, so the last of these records hold one."""


def examine_cluster(settings: Settings) -> list[Finding]:
    """Topics and logs; one finding where Kafka is away."""
    try:
        return asyncio.run(_examine(settings))
    except KafkaAway as away:
        return [Finding("wrong", "kafka", str(away), "start Kafka, or correct its address")]


async def _examine(settings: Settings) -> list[Finding]:
    config = engine_config(settings)
    async with Kafka(config.connection) as kafka:
        steps = await plan(kafka, Wanted(settings.topic_prefix, settings.partitions, settings.replication))
        findings = [Finding("ok", "kafka", f"{settings.bootstrap_servers} answers")]
        findings += [_topic(step) for step in steps]
        if settings.topic(topics.POLICY) in {step.name for step in steps if isinstance(step, Fits)}:
            findings += await _policy(kafka, settings)
        needed = {settings.topic(topics.INBOX), settings.topic(topics.STATE)}
        if needed <= {step.name for step in steps if isinstance(step, Fits)}:
            findings += await _logs(kafka, config)
    return findings


async def _policy(kafka: Kafka, settings: Settings) -> list[Finding]:
    """The policy in force; nothing before the first one."""
    found = await read(kafka, settings.topic(topics.POLICY))
    if found.in_force is None:
        return []
    named, text = found.in_force, found.active
    since = f"{named.hash} since {named.at:%Y-%m-%d %H:%M:%SZ}, put in force by {named.who}"
    if text is None:
        return [Finding("wrong", POLICY, f"{since}: its text is lost", "`dispatcher policy apply FILE`")]
    parsed = parse(text.text, file=f"policy {text.hash}")
    if isinstance(parsed, PolicyProblems):
        advice = "workers of this release keep the former one: `dispatcher policy apply FILE`"
        return [Finding("wrong", POLICY, f"{since}: {problem}", advice) for problem in parsed.problems]
    return [Finding("ok", POLICY, since)]


def _topic(step: Step) -> Finding:
    match step:
        case Create():
            return Finding("wrong", step.name, "missing", "run `dispatcher topics apply`")
        case MarkLog():
            return Finding(
                "wrong", step.name, f"{len(step.partitions)} partitions carry no mark", "run `dispatcher topics apply`"
            )
        case Unfit():
            return Finding("wrong", step.name, step.why, step.advice)
        case Fits():
            verdict: Verdict = "note" if step.notes else "ok"
            return Finding(verdict, step.name, f"{step.partitions} partitions", "; ".join(step.notes))
        case _:
            assert_never(step)


async def _logs(kafka: Kafka, config: EngineConfig) -> list[Finding]:
    name, state = config.inbox, config.topic(topics.STATE)
    tails = await kafka.ends(state)
    # Positions before ends: workers go on meanwhile, and a position is never ahead of an end that was asked for later.
    positions = {partition: await _watermark(kafka, state, partition, tail) for partition, tail in tails.items()}
    committed = await kafka.group_position(config.app_id, name)
    findings = []
    for partition, (start, end) in sorted((await kafka.ends(name)).items()):
        identity = await _identity(kafka, name, partition) if start == 0 and end > 0 else None
        judged = position(
            positions[partition],
            LogBounds(start, end, identity),
            committed.get(partition),
            partition=f"{name}[{partition}]",
            accept_gap=False,
        )
        if isinstance(judged, Refused):
            findings.append(Finding("wrong", f"{name}[{partition}]", judged.why, "workers refuse to start until then"))
    return findings or [Finding("ok", name, "state and inbox belong together in every partition")]


async def _identity(kafka: Kafka, topic: str, partition: int) -> str | None:
    async for record in kafka.read(topic, partition=partition, start=0):
        if record.key != inbox.LOG_MARK_KEY or record.value is None:
            return None
        mark = inbox.decode_mark(record.value)
        return mark.identity if isinstance(mark, inbox.LogMark) else None
    return None


async def _watermark(kafka: Kafka, topic: str, partition: int, ends: tuple[int, int]) -> Watermark | None:
    start, end = ends
    found: Watermark | None = None
    for back in (_TAIL, end):  # the whole partition only if its end holds no position
        if found is None:
            async for record in kafka.read(topic, partition=partition, start=max(start, end - back)):
                if record.key == WATERMARK_KEY and record.value is not None:
                    found = msgspec.msgpack.decode(record.value, type=Watermark)
    return found
