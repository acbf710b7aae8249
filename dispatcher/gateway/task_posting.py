"""The part of the gateway's process that posts tasks to a call desk, for as long as the process serves."""

import asyncio
import secrets
import time
from typing import Final

import structlog

from channels.accounts import DeskConfig
from channels.desk_webhook import DeskWebhook
from dispatcher.engine.clients import KafkaAway
from dispatcher.engine.config import Connection
from dispatcher.engine.subscription import Subscription
from dispatcher.gateway.desk_metrics import DeskMetrics
from dispatcher.gateway.desk_pace import DeskPace
from dispatcher.gateway.task_delivery import AT_ONCE, TaskDelivery
from dispatcher.ops.clock import clock_for
from dispatcher.ops.meters import Meters
from dispatcher.settings import Settings
from schemas.topics import TASKS

_AGAIN_S: Final = 2.0

_log = structlog.get_logger(__name__)


def desk_of(settings: Settings) -> DeskConfig | None:
    """The desk that tasks are posted to; None where no address says so."""
    url = settings.gateway.desk_url
    if url is None:
        return None
    return DeskConfig(url, tuple(each.reveal() for each in settings.gateway.desk_secrets), connections=AT_ONCE)


async def post_tasks(settings: Settings, desk: DeskConfig, connection: Connection, meters: Meters) -> None:
    """Post until cancelled. Where Kafka is away, or after a fault of ours, it begins anew; the gateway serves on."""
    webhook = DeskWebhook(desk)
    chance = secrets.SystemRandom().random
    pace = DeskPace(chance, time.monotonic)
    delivery = TaskDelivery(webhook, pace, DeskMetrics(meters), clock_for(settings.clock).now, chance=chance)
    topic, group = settings.topic(TASKS), f"{settings.topic_prefix}{settings.app_id}-desk"
    try:
        while True:
            try:
                async with Subscription(
                    connection, topic, group, delivery.give_up, session_timeout_s=settings.session_timeout_s
                ) as subscription:
                    _log.info("desk_is_posted_to", desk=repr(desk), group=group)
                    await delivery.follow(subscription)
            except KafkaAway as away:
                _log.warning("desk_waits_for_kafka", why=str(away))
            except Exception as fault:  # noqa: BLE001 - a fault here must not end what else the gateway does
                _log.error("desk_fault", exc_info=fault)
            await asyncio.sleep(_AGAIN_S)
    finally:
        await webhook.close()
