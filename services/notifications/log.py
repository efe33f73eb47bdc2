"""The delivery log, for operators: who was to hear of what by which way, how it went, and sending again what was given up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, func, select, update

from services.notifications.events import ChannelName
from services.notifications.moments import from_ms, maybe_from_ms, system_clock, to_ms
from services.notifications.outbox import DeliveryState
from services.notifications.tables import delivery
from services.notifications.wishes import DEFAULT_TENANT

PAGE = 50


class DeliveryNotFound(LookupError):
    def __init__(self, delivery_id: str) -> None:
        super().__init__(f"there is no delivery {delivery_id[:80]!r} that was given up")


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What is None does not restrict."""

    state: DeliveryState | None = None
    channel: ChannelName | None = None
    account_id: str | None = None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A delivery, without its address and without what it says."""

    delivery_id: str
    # Empty for the installation's own webhooks.
    account_id: str
    event: str
    channel: str
    state: DeliveryState
    held: str
    attempts: int
    created_at: datetime
    due_at: datetime
    attempted_at: datetime | None
    sent_at: datetime | None
    last_error: str
    provider_id: str


@dataclass(frozen=True, slots=True)
class SqlDeliveryLog:
    """The log of one tenant."""

    engine: Engine
    clock: Callable[[], datetime] = system_clock
    tenant_id: str = DEFAULT_TENANT

    def page(self, where: LogFilter, *, before: str | None = None) -> Sequence[LogEntry]:
        """The newest first; one more than `PAGE` when there are more."""
        conditions = self._conditions(where)
        with self.engine.connect() as connection:
            if before is not None:
                last = connection.execute(select(delivery.c.created_at).where(delivery.c.delivery_id == before)).scalar()
                conditions.append(_is_before(last if last is not None else -1, before))
            newest = select(delivery).where(*conditions).order_by(delivery.c.created_at.desc(), delivery.c.delivery_id.desc())
            return [_entry(row) for row in connection.execute(newest.limit(PAGE + 1))]

    def counts(self) -> Mapping[DeliveryState, int]:
        """How many deliveries are in each state."""
        grouped = (
            select(delivery.c.state, func.count()).where(delivery.c.tenant_id == self.tenant_id).group_by(delivery.c.state)
        )
        with self.engine.connect() as connection:
            found = {DeliveryState(state): count for state, count in connection.execute(grouped)}
        return {state: found.get(state, 0) for state in DeliveryState}

    def requeue(self, delivery_id: str) -> None:
        """Send again what was given up. Raises `DeliveryNotFound`."""
        if self._requeue(delivery.c.delivery_id == delivery_id) != 1:
            raise DeliveryNotFound(delivery_id)

    def requeue_all(self) -> int:
        """Send again everything that was given up."""
        return self._requeue(delivery.c.state == DeliveryState.DEAD)

    def _requeue(self, which: ColumnElement[bool]) -> int:
        dead = (delivery.c.tenant_id == self.tenant_id, which, delivery.c.state == DeliveryState.DEAD)
        again = {"state": DeliveryState.WAITING, "attempts": 0, "due_at": to_ms(self.clock())}
        with self.engine.begin() as connection:
            return connection.execute(update(delivery).where(*dead).values(again)).rowcount

    def _conditions(self, where: LogFilter) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = [delivery.c.tenant_id == self.tenant_id]
        if where.state is not None:
            conditions.append(delivery.c.state == where.state.value)
        if where.channel is not None:
            conditions.append(delivery.c.channel == where.channel.value)
        if where.account_id is not None:
            conditions.append(delivery.c.account_id == where.account_id)
        return conditions


def _is_before(created_at: int, delivery_id: str) -> ColumnElement[bool]:
    return (delivery.c.created_at < created_at) | (
        (delivery.c.created_at == created_at) & (delivery.c.delivery_id < delivery_id)
    )


def _entry(row: Row[Any]) -> LogEntry:
    return LogEntry(
        row.delivery_id,
        row.account_id,
        row.event,
        row.channel,
        DeliveryState(row.state),
        row.held,
        row.attempts,
        from_ms(row.created_at),
        from_ms(row.due_at),
        maybe_from_ms(row.attempted_at),
        maybe_from_ms(row.sent_at),
        row.last_error,
        row.provider_id,
    )
