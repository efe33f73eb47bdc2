"""The bell: what somebody has been told, and what of it they have not read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, delete, func, select, update

from services.notifications.events import CHOSEN_EVENTS, Event
from services.notifications.moments import from_ms, maybe_from_ms, system_clock, to_ms
from services.notifications.tables import link_code, notification
from services.notifications.wishes import DEFAULT_TENANT

PAGE = 30
# The bell says 99+ beyond.
MOST_COUNTED = 100


class NotificationNotFound(LookupError):
    def __init__(self, notification_id: str) -> None:
        super().__init__(f"there is no notification {notification_id[:80]!r} of yours, or it has been cleared away")


@dataclass(frozen=True, slots=True)
class Notification:
    notification_id: str
    event: Event
    subject_key: str
    # JSON.
    values: str
    created_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class SqlNotificationInbox:
    """The notifications of one tenant's people."""

    engine: Engine
    clock: Callable[[], datetime] = system_clock
    tenant_id: str = DEFAULT_TENANT

    def page(self, account_id: str, *, unread_only: bool = False, before: str | None = None) -> Sequence[Notification]:
        """The newest first; `before` is the id that the last page ended with. One more than `PAGE` when there are more."""
        mine = [self._of(account_id)]
        if unread_only:
            mine.append(notification.c.read_at.is_(None))
        with self.engine.connect() as connection:
            if before is not None:
                last = connection.execute(select(notification.c.created_at).where(*mine[:1], _is(before))).scalar()
                # An id that is no longer there ends the list rather than beginning it anew.
                mine.append(_is_before(last if last is not None else -1, before))
            newest = (
                select(notification)
                .where(*mine)
                .order_by(notification.c.created_at.desc(), notification.c.notification_id.desc())
            )
            return [_notification(row) for row in connection.execute(newest.limit(PAGE + 1))]

    def unread(self, account_id: str) -> int:
        """How many are unread, counted up to `MOST_COUNTED`."""
        some = select(notification.c.notification_id).where(self._of(account_id), notification.c.read_at.is_(None))
        with self.engine.connect() as connection:
            counted = select(func.count()).select_from(some.limit(MOST_COUNTED).subquery())
            return int(connection.execute(counted).scalar_one())

    def read(self, account_id: str, notification_id: str) -> Notification:
        """Mark one as read. Raises `NotificationNotFound`."""
        one = (self._of(account_id), _is(notification_id))
        with self.engine.begin() as connection:
            row = connection.execute(select(notification).where(*one)).first()
            if row is None:
                raise NotificationNotFound(notification_id)
            unread = notification.c.read_at.is_(None)
            connection.execute(update(notification).where(*one, unread).values(read_at=to_ms(self.clock())))
        return _notification(row)

    def read_all(self, account_id: str) -> int:
        unread = (self._of(account_id), notification.c.read_at.is_(None))
        with self.engine.begin() as connection:
            return connection.execute(update(notification).where(*unread).values(read_at=to_ms(self.clock()))).rowcount

    def clear(self, *, older_than: timedelta) -> int:
        """Forget what is old, with its deliveries and with codes that have run out."""
        now = self.clock()
        with self.engine.begin() as connection:
            connection.execute(delete(link_code).where(link_code.c.expires_at < to_ms(now)))
            old = notification.c.created_at < to_ms(now - older_than)
            return connection.execute(delete(notification).where(notification.c.tenant_id == self.tenant_id, old)).rowcount

    def _of(self, account_id: str) -> ColumnElement[bool]:
        mine = (notification.c.tenant_id == self.tenant_id) & (notification.c.account_id == account_id)
        return mine & notification.c.event.in_([event.value for event in CHOSEN_EVENTS])


def _is(notification_id: str) -> ColumnElement[bool]:
    return notification.c.notification_id == notification_id


def _is_before(created_at: int, notification_id: str) -> ColumnElement[bool]:
    older = notification.c.created_at < created_at
    return older | ((notification.c.created_at == created_at) & (notification.c.notification_id < notification_id))


def _notification(row: Row[Any]) -> Notification:
    return Notification(
        row.notification_id,
        Event(row.event),
        row.subject_key,
        row._mapping["values"],  # noqa: SLF001  # a Row has a method of this name
        from_ms(row.created_at),
        maybe_from_ms(row.read_at),
    )
