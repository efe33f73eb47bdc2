"""Messages for the engine: written with what they tell of, published afterwards, kept until the engine has taken them."""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, delete, insert, select

from services.finance.close_nouns import Announcement, MessagePublisher
from services.finance.close_rows import announcement_of_row, announcement_row
from services.finance.nouns import DEFAULT_TENANT
from services.finance.tables import announcement


@dataclass(frozen=True, slots=True)
class Outbox:
    engine: Engine
    tenant_id: str = DEFAULT_TENANT

    def add(self, name: str, correlation_key: str, variables: Mapping[str, str]) -> None:
        told = Announcement(f"{name}:{uuid.uuid4().hex}", name, correlation_key, variables)
        with self.engine.begin() as connection:
            connection.execute(insert(announcement).values(**announcement_row(told, self.tenant_id)))

    def pending(self, *, limit: int = 200) -> Sequence[Announcement]:
        """The oldest first."""
        mine = select(announcement).where(announcement.c.tenant_id == self.tenant_id).order_by(announcement.c.number)
        with self.engine.connect() as connection:
            return [announcement_of_row(row) for row in connection.execute(mine.limit(limit)).mappings()]

    async def publish(self, publisher: MessagePublisher) -> int:
        """Hand over what waits; whatever the publisher raises leaves the rest waiting."""
        pending = await asyncio.to_thread(self.pending)
        for each in pending:
            await publisher.publish_once(each.name, each.correlation_key, each.message_id, each.variables)
            await asyncio.to_thread(self._done, each.message_id)
        return len(pending)

    def _done(self, message_id: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(delete(announcement).where(announcement.c.message_id == message_id))
