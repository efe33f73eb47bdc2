"""Messages that must be published once, however often the sender tries."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from zeebe.client import ZeebeClient
from zeebe.errors import AlreadyExists
from zeebe.job import DEFAULT_TENANT

# A buffered message keeps its id this long: a sender that died and came back within it cannot publish twice.
TIME_TO_LIVE_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class ZeebeMessagePublisher:
    """Publishes through the gateway; a message id that is already there counts as published.

    `starts` names messages that begin an instance. Zeebe lets one instance of a process run per correlation key of such a
    message, and 8.5.8 counts those of all tenants together: the second tenant's message is buffered and starts nothing, not
    even when the first one's instance has ended. So a tenant's key carries its name.
    """

    client: ZeebeClient
    starts: Collection[str] = frozenset()

    async def publish_once(self, name: str, correlation_key: str, message_id: str, variables: Mapping[str, Any]) -> None:
        try:
            await self.client.publish_message(
                name,
                self._key(name, correlation_key),
                message_id=message_id,
                variables=dict(variables),
                time_to_live_ms=TIME_TO_LIVE_MS,
            )
        except AlreadyExists:
            return

    def _key(self, name: str, correlation_key: str) -> str:
        tenant_id = self.client.tenant_id
        is_shared = tenant_id == DEFAULT_TENANT or name not in self.starts or not correlation_key
        return correlation_key if is_shared else f"{tenant_id}:{correlation_key}"

    async def publish_now(self, name: str, correlation_key: str, variables: Mapping[str, Any]) -> None:
        """A message for whoever waits for it at this moment; nobody finds it later."""
        await self.client.publish_message(name, correlation_key, variables=dict(variables), time_to_live_ms=0)
