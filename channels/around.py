"""An adapter around another one: it does what that does, but for what a subclass does otherwise."""

from channels.protocol import (
    Adapter,
    Capabilities,
    Finding,
    Health,
    Lookup,
    Message,
    Outcome,
    Permit,
    Prepared,
    Rejected,
)


class Around:
    """Every question and every message goes to the adapter inside."""

    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter

    @property
    def name(self) -> str:
        """The name of the adapter inside."""
        return self._adapter.name

    @property
    def capabilities(self) -> Capabilities:
        """Those of the adapter inside."""
        return self._adapter.capabilities

    def prepare(self, message: Message) -> Prepared | Rejected:
        """As the adapter inside does."""
        return self._adapter.prepare(message)

    async def send(self, prepared: Prepared, *, permit: Permit, deadline_s: float) -> Outcome:
        """As the adapter inside does."""
        return await self._adapter.send(prepared, permit=permit, deadline_s=deadline_s)

    async def reconcile(self, lookup: Lookup, *, deadline_s: float) -> Finding:
        """As the adapter inside does: whoever asks comes back anyway."""
        return await self._adapter.reconcile(lookup, deadline_s=deadline_s)

    async def health(self, *, deadline_s: float) -> Health:
        """As the adapter inside shows."""
        return await self._adapter.health(deadline_s=deadline_s)

    async def close(self) -> None:
        """Close the adapter inside."""
        await self._adapter.close()
