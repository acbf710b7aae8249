"""`reminders.policy` as commands see it: the policy in force, former ones, and putting another in force."""

from datetime import UTC, datetime

import typer

from dispatcher.cli.ending import stop
from dispatcher.cli.kafka import existing, on_kafka
from dispatcher.cli.policy_file import or_stop, policy_of_settings
from dispatcher.cli.signature import operator
from dispatcher.core.policy import Policy, parse
from dispatcher.engine.clients import Kafka
from dispatcher.engine.policy_topic import MOST_TEXT_BYTES, Policies, put_in_force, read
from dispatcher.exit_codes import ExitCode
from dispatcher.settings import Settings
from dispatcher.wiring import engine_config
from schemas import topics
from schemas.policies import InForce, PolicyText


def applied(settings: Settings) -> Policies:
    """All policies that were ever applied; ends the command where Kafka or the topic is away."""
    return on_kafka(settings, lambda kafka: read_applied(kafka, settings))


async def read_applied(kafka: Kafka, settings: Settings) -> Policies:
    """The same, on a client that is open already."""
    topic = settings.topic(topics.POLICY)
    await existing(kafka, topic)
    found = await read(kafka, topic)
    if found.strange is not None:
        typer.echo(f"dispatcher: warning: {found.strange} is no policy, and was left out", err=True)
    return found


async def policy_in_force(kafka: Kafka, settings: Settings) -> Policy:
    """What the workers decide by: the policy in the topic, before the first start that of DISPATCHER_POLICY."""
    active = (await read_applied(kafka, settings)).active
    if active is None:
        return policy_of_settings(settings)
    return or_stop(parse(active.text, file=f"policy {active.hash}"))


def apply_text(settings: Settings, policy: Policy, text: str, who: str | None) -> bool:
    """Put a policy in force on all workers; False if it was already."""
    if len(text.encode()) > MOST_TEXT_BYTES:
        stop(
            ExitCode.POLICY, f"the policy is longer than {MOST_TEXT_BYTES} bytes: expected one that fits into a record"
        )
    wanted = PolicyText(policy.hash, text, who or operator(), datetime.now(UTC))

    async def put(kafka: Kafka) -> Policies:
        await existing(kafka, settings.topic(topics.POLICY))
        return await put_in_force(kafka, engine_config(settings), wanted)

    return on_kafka(settings, put).in_force == InForce(wanted.hash, wanted.who, wanted.at)
