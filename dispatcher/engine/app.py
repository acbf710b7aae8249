"""The Faust application: two agents that hand carriers on, everything of Faust's own that would decide switched off."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import faust

from dispatcher.engine.carriers import PassThrough, Stretch, scheduler_for
from dispatcher.engine.config import EngineConfig
from dispatcher.engine.positions import Committable, transport_for

_COMMIT_S = 0.5
_LONGEST_POLL_PAUSE_S = 300.0
_LEAST_REQUEST_TIMEOUT_S = 30.0

Offer = Callable[[Stretch], None]


def build_app(
    config: EngineConfig, committable: Committable, datadir: Path, *, customers: Offer, intake: Offer
) -> faust.App:
    """The app, not started. `customers` gets what the inbox holds, `intake` what billing published; both return at once."""
    groups = {config.inbox: "inbox"} | dict.fromkeys(config.inputs, "inputs")
    app = faust.App(
        config.app_id,
        broker=f"kafka://{config.connection.bootstrap_servers.replace(',', ';kafka://')}",
        store="memory://",
        datadir=str(datadir),
        autodiscover=False,
        web_enabled=False,
        web_tables_enabled=False,
        web_router_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=config.partitions,
        table_standby_replicas=0,
        stream_wait_empty=False,
        stream_buffer_maxsize=256,
        cython_optimizations=True,
        ConsumerScheduler=scheduler_for(groups),
        broker_commit_interval=_COMMIT_S,
        broker_session_timeout=config.session_timeout_s,
        broker_heartbeat_interval=min(3.0, config.session_timeout_s / 4),
        broker_request_timeout=max(_LEAST_REQUEST_TIMEOUT_S, config.session_timeout_s),
        broker_rebalance_timeout=max(_LEAST_REQUEST_TIMEOUT_S, config.session_timeout_s),
        broker_max_poll_interval=_LONGEST_POLL_PAUSE_S,
        loghandlers=[],
        logging_config=None,
    )
    app.transport = transport_for(config.connection, committable)(app.conf.broker_consumer, app)
    _agent(app, "customers", (config.inbox,), customers)
    _agent(app, "intake", config.inputs, intake)
    app.finalize()
    return app


def _agent(app: faust.App, name: str, topics: tuple[str, ...], offer: Offer) -> None:
    async def hand_on(stream: Any) -> None:  # Faust's stream type is generic over what no type describes
        async for event in _events(stream):
            for stretch in event.value:
                offer(stretch)

    app.agent(app.topic(*topics, schema=PassThrough()), name=name)(hand_on)


def _events(stream: Any) -> AsyncIterator[Any]:
    events: AsyncIterator[Any] = stream.events()
    return events
