"""Messages that must be published once, however often the sender tries."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zeebe.client import ZeebeClient
from zeebe.errors import AlreadyExists

# A buffered message keeps its id this long: a sender that died and came back within it cannot publish twice.
TIME_TO_LIVE_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class ZeebeMessagePublisher:
    """Publishes through the gateway; a message id that is already there counts as published."""

    client: ZeebeClient

    async def publish_once(self, name: str, correlation_key: str, message_id: str, variables: Mapping[str, Any]) -> None:
        try:
            await self.client.publish_message(
                name,
                correlation_key,
                message_id=message_id,
                variables=dict(variables),
                time_to_live_ms=TIME_TO_LIVE_MS,
            )
        except AlreadyExists:
            return

    async def publish_now(self, name: str, correlation_key: str, variables: Mapping[str, Any]) -> None:
        """A message for whoever waits for it at this moment; nobody finds it later."""
        await self.client.publish_message(name, correlation_key, variables=dict(variables), time_to_live_ms=0)
