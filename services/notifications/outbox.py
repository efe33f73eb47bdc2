"""The outbox as rows: what is due is claimed by one sender at a time, and marked as sent, put off or dead.

A claim ends by itself: what a killed sender had in hand is sent again by the next one, as the same message with the same id, so
that the other side can tell. Attempts are counted when they begin, so a message that kills its sender dies in the end.
"""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, Row, and_, or_, select, update

from services.notifications.events import ChannelName, Event
from services.notifications.moments import from_ms, system_clock, to_ms
from services.notifications.planning import DIGEST
from services.notifications.tables import address, delivery, notification
from services.notifications.wishes import DEFAULT_TENANT

CLAIM_LASTS = timedelta(minutes=10)


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    # Given up: an operator may put it back.
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery in hand, with what it tells."""

    delivery_id: str
    account_id: str
    address_id: str
    held: str
    attempts: int
    notification_id: str
    event: Event
    subject_key: str
    # JSON.
    values: str
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """Deliveries to one address that go out as one message."""

    batch_id: str
    channel: ChannelName
    deliveries: tuple[Claimed, ...] = field(repr=False)

    @property
    def account_id(self) -> str:
        return self.deliveries[0].account_id

    @property
    def address_id(self) -> str:
        return self.deliveries[0].address_id

    @property
    def is_digest(self) -> bool:
        return self.deliveries[0].held == DIGEST

    @property
    def attempts(self) -> int:
        """How often it was tried, this time included."""
        return max(each.attempts for each in self.deliveries)

    @property
    def ids(self) -> list[str]:
        return [each.delivery_id for each in self.deliveries]


@dataclass(frozen=True, slots=True)
class SqlOutbox:
    """The outbox of one tenant. Each method is one transaction."""

    engine: Engine
    clock: Callable[[], datetime] = system_clock
    tenant_id: str = DEFAULT_TENANT
    claim_lasts: timedelta = CLAIM_LASTS

    def claim(self, channel: ChannelName, limit: int) -> list[Batch]:
        """What is due by a channel and nobody has in hand, the oldest first."""
        now = self.clock()
        with self.engine.begin() as connection:
            taken = [row.delivery_id for row in connection.execute(self._taking(channel, now, limit))]
            if not taken:
                return []
            rows = connection.execute(_told(taken)).all()
            batches = [self._batch(connection, channel, group) for group in _grouped(rows)]
        return sorted(batches, key=lambda batch: min(each.happened_at for each in batch.deliveries))

    def _taking(self, channel: ChannelName, now: datetime, limit: int) -> Any:  # noqa: ANN401  # an UPDATE … RETURNING
        free = or_(
            and_(delivery.c.state == DeliveryState.WAITING, delivery.c.due_at <= to_ms(now)),
            and_(delivery.c.state == DeliveryState.SENDING, delivery.c.claimed_until <= to_ms(now)),
        )
        # What a later release left behind stays for it.
        known = delivery.c.event.in_([event.value for event in Event])
        mine = and_(delivery.c.tenant_id == self.tenant_id, delivery.c.channel == channel.value, known)
        chosen = (
            select(delivery.c.delivery_id).where(mine, free).order_by(delivery.c.due_at, delivery.c.account_id).limit(limit)
        )
        return (
            update(delivery)
            # PostgreSQL lets others take the next ones meanwhile; SQLite has one writer anyway.
            .where(delivery.c.delivery_id.in_(chosen.with_for_update(skip_locked=True)), free)
            .values(
                state=DeliveryState.SENDING,
                attempts=delivery.c.attempts + 1,
                attempted_at=to_ms(now),
                claimed_until=to_ms(now + self.claim_lasts),
            )
            .returning(delivery.c.delivery_id)
        )

    def _batch(self, connection: Connection, channel: ChannelName, rows: Sequence[Row[Any]]) -> Batch:
        """What was sent as one message once stays one."""
        batch_id = rows[0].batch_id or uuid.uuid4().hex
        ids = [row.delivery_id for row in rows]
        connection.execute(update(delivery).where(delivery.c.delivery_id.in_(ids)).values(batch_id=batch_id))
        return Batch(batch_id, channel, tuple(_claimed(row) for row in rows))

    def mark_sent(self, batch: Batch, provider_id: str) -> None:
        now = to_ms(self.clock())
        self._end(batch.ids, state=DeliveryState.SENT, sent_at=now, provider_id=provider_id[:300], last_error="")

    def put_off(self, batch: Batch, until: datetime, reason: str) -> None:
        self._end(batch.ids, state=DeliveryState.WAITING, due_at=to_ms(until), last_error=reason[:300])

    def mark_dead(self, batch: Batch, reason: str) -> None:
        self._end(batch.ids, state=DeliveryState.DEAD, last_error=reason[:300])

    def release(self, batch: Batch, *, until: datetime | None = None, held: str | None = None) -> None:
        """Lay back what was not tried after all."""
        values: dict[str, Any] = {"state": DeliveryState.WAITING, "attempts": delivery.c.attempts - 1}
        if until is not None:
            values["due_at"] = to_ms(until)
        if held is not None:
            values["held"] = held
        self._end(batch.ids, **values)

    def _end(self, ids: Collection[str], **values: Any) -> None:  # noqa: ANN401  # columns
        mine = and_(delivery.c.delivery_id.in_(ids), delivery.c.state == DeliveryState.SENDING)
        with self.engine.begin() as connection:
            connection.execute(update(delivery).where(mine).values(claimed_until=None, **values))

    def break_address(self, address_id: str, reason: str) -> None:
        """Send nothing to an address any more; what waits for it is dead."""
        now = to_ms(self.clock())
        waits = and_(delivery.c.address_id == address_id, delivery.c.state == DeliveryState.WAITING)
        with self.engine.begin() as connection:
            connection.execute(update(address).where(address.c.address_id == address_id).values(broken=reason[:300]))
            dead: Mapping[str, Any] = {"state": DeliveryState.DEAD, "last_error": reason[:300], "attempted_at": now}
            connection.execute(update(delivery).where(waits).values(**dead))


def _told(ids: Collection[str]) -> Any:  # noqa: ANN401  # a SELECT of two tables
    joined = delivery.join(notification, delivery.c.notification_id == notification.c.notification_id)
    told = (notification.c.subject_key, notification.c["values"].label("told"), notification.c.created_at.label("happened_at"))
    columns = [column for column in delivery.c if column.name != "created_at"]
    found = select(*columns, *told).select_from(joined).where(delivery.c.delivery_id.in_(ids))
    return found.order_by(notification.c.created_at, delivery.c.delivery_id)


def _grouped(rows: Sequence[Row[Any]]) -> list[list[Row[Any]]]:
    """A digest's rows together, by account and address; any other row by itself."""

    def group(row: Row[Any]) -> tuple[str, str, str]:
        alone = "" if row.held == DIGEST else row.delivery_id
        return (row.account_id, row.address_id, row.batch_id or alone)

    return [list(found) for _key, found in groupby(sorted(rows, key=group), key=group)]


def _claimed(row: Row[Any]) -> Claimed:
    return Claimed(
        row.delivery_id,
        row.account_id,
        row.address_id,
        row.held,
        row.attempts,
        row.notification_id,
        Event(row.event),
        row.subject_key,
        row.told,
        from_ms(row.happened_at),
    )
