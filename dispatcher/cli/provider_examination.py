"""What `doctor` looks at on the providers: whether they answer and know our accounts, without a message."""

import asyncio
from collections.abc import Iterator
from typing import Final, assert_never

from channels.protocol import Adapter, CannotTell, Health, Unwell, Well
from channels.registry import RegistryProblems
from dispatcher.cli.finding import Finding
from dispatcher.settings import Settings
from dispatcher.wiring import configured

_PATIENCE_S: Final = 5.0


def examine_providers(settings: Settings) -> list[Finding]:
    """One finding an account; none where nobody is called: then no provider is called either."""
    if settings.sending in {"off", "shadow"}:
        return []
    return asyncio.run(_examine(settings))


async def _examine(settings: Settings) -> list[Finding]:
    built = configured(settings)
    if isinstance(built, RegistryProblems):
        return [Finding("wrong", "adapters", sentence, "correct the settings") for sentence in built.sentences]
    looks = await asyncio.gather(*(_looked_at(adapter) for adapter in built.values()))
    return list(_findings(built, looks))


async def _looked_at(adapter: Adapter) -> Health:
    try:
        return await adapter.health(deadline_s=_PATIENCE_S)
    finally:
        await adapter.close()


def _findings(built: dict[str, Adapter], looks: list[Health]) -> Iterator[Finding]:
    for (name, adapter), look in zip(built.items(), looks, strict=True):
        part = f"{adapter.capabilities.channel} by {name}"
        match look:
            case Well():
                yield Finding("ok", part, "answers, and knows the account")
            case CannotTell():
                yield Finding("note", part, "cannot be asked without a message", "watch the first messages")
            case Unwell(code, ours=True):
                yield Finding("wrong", part, f"refuses us ({code})", "correct account, password or address")
            case Unwell(code):
                yield Finding("wrong", part, f"does not answer as it should ({code})", "look whether it is away")
            case _:
                assert_never(look)
