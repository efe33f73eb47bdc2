"""Locked months: asked before every write, held by triggers below, unlocked by two people with a reason."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, insert, select, update
from sqlalchemy.exc import IntegrityError

from services.finance.auditing import note_down
from services.finance.lock_triggers import MARK
from services.finance.moments import from_ms, from_ms_or_none, to_ms, utc_now
from services.finance.months import Month
from services.finance.nouns import DEFAULT_TENANT, Lock, MonthLocked, NotFound, Refused
from services.finance.tables import lock

MAX_REASON = 2000


def lock_of(connection: Connection, tenant_id: str, month: Month) -> Lock | None:
    """The lock that stands on a month."""
    row = connection.execute(select(lock).where(_standing(tenant_id), lock.c.month == str(month))).mappings().first()
    return None if row is None else _lock_of_row(row)


def require_open(connection: Connection, tenant_id: str, months: Iterable[Month]) -> None:
    """Raises `MonthLocked` for the first of the months that is."""
    for month in sorted(set(months)):
        found = lock_of(connection, tenant_id, month)
        if found is not None:
            raise MonthLocked(found)


@contextmanager
def writing(engine: Engine, tenant_id: str, months: Iterable[Month]) -> Iterator[Connection]:
    """A transaction that writes into months.

    Raises:
        MonthLocked: one of them is, or was locked by somebody else before this could be committed.
    """
    wanted = tuple(months)
    try:
        with engine.begin() as connection:
            require_open(connection, tenant_id, wanted)
            yield connection
    except IntegrityError as error:
        if MARK not in str(error.orig):
            raise
        with engine.connect() as connection:
            require_open(connection, tenant_id, wanted)
        raise Refused("the month was locked for a moment: try again") from error


@dataclass(frozen=True, slots=True)
class Locks:
    """The locks of one tenant."""

    engine: Engine
    tenant_id: str = DEFAULT_TENANT
    clock: Callable[[], datetime] = utc_now

    def of(self, month: Month) -> Lock | None:
        with self.engine.connect() as connection:
            return lock_of(connection, self.tenant_id, month)

    def standing(self, months: Iterable[Month]) -> Mapping[Month, Lock]:
        """The locks that stand on some of the months."""
        among = lock.c.month.in_([str(month) for month in months])
        with self.engine.connect() as connection:
            rows = connection.execute(select(lock).where(_standing(self.tenant_id), among)).mappings()
            return {found.month: found for found in map(_lock_of_row, rows)}

    def history(self, month: Month) -> Sequence[Lock]:
        """Every lock the month ever had, the newest first."""
        mine = select(lock).where(lock.c.tenant_id == self.tenant_id, lock.c.month == str(month))
        with self.engine.connect() as connection:
            return [_lock_of_row(row) for row in connection.execute(mine.order_by(lock.c.number.desc())).mappings()]

    def put(self, connection: Connection, month: Month, close_id: str, checked_by: str, locked_by: str, digest: str) -> Lock:
        """Lock a month within the caller's transaction; on PostgreSQL this waits for writers that are under way."""
        found = Lock(uuid.uuid4().hex[:12], month, close_id, checked_by, locked_by, self.clock(), digest)
        connection.execute(
            insert(lock).values(
                lock_id=found.lock_id,
                tenant_id=self.tenant_id,
                month=str(month),
                close_id=close_id,
                checked_by=checked_by,
                locked_by=locked_by,
                locked_at=to_ms(found.locked_at),
                digest=digest,
                unlock_reason="",
                unlock_requested_by="",
                unlocked_by="",
            )
        )
        note_down(connection, self.tenant_id, month, found.locked_at, locked_by, "locked", found.lock_id)
        return found

    def request_unlock(self, month: Month, person: str, reason: str) -> Lock:
        """The first of two people asks. Asking again replaces the reason and the one who asks.

        Raises:
            Refused: no reason was given.
            NotFound: the month is not locked.
        """
        if not reason.strip():
            raise Refused(f"say why {month} must be unlocked")
        with self.engine.begin() as connection:
            found = self._require(connection, month)
            now = self.clock()
            asked = {"unlock_reason": reason[:MAX_REASON], "unlock_requested_by": person, "unlock_requested_at": to_ms(now)}
            connection.execute(update(lock).where(lock.c.lock_id == found.lock_id).values(**asked))
            note_down(connection, self.tenant_id, month, now, person, "unlock_requested", reason[:MAX_REASON])
            return self._require(connection, month)

    def withdraw_unlock(self, month: Month, person: str) -> None:
        """Anybody who may ask may also turn the request down."""
        with self.engine.begin() as connection:
            found = self._require(connection, month)
            nothing = {"unlock_reason": "", "unlock_requested_by": "", "unlock_requested_at": None}
            connection.execute(update(lock).where(lock.c.lock_id == found.lock_id).values(**nothing))
            note_down(connection, self.tenant_id, month, self.clock(), person, "unlock_refused", "")

    def unlock(self, month: Month, person: str) -> Lock:
        """The second person agrees, and the month is open again.

        Raises:
            Refused: nobody asked, or the same person did.
            NotFound: the month is not locked.
        """
        with self.engine.begin() as connection:
            found = self._require(connection, month)
            if not found.unlock_requested_by:
                raise Refused(f"nobody has asked to unlock {month}: ask first, with a reason; somebody else then agrees")
            if found.unlock_requested_by == person:
                raise Refused(f"{person} asked to unlock {month}, so somebody else must agree")
            now = self.clock()
            same = (lock.c.lock_id == found.lock_id) & (lock.c.unlock_requested_by == found.unlock_requested_by)
            done = connection.execute(update(lock).where(same).values(unlocked_by=person, unlocked_at=to_ms(now)))
            if done.rowcount != 1:
                raise Refused(f"the request to unlock {month} was changed a moment ago: look at it again")
            note_down(connection, self.tenant_id, month, now, person, "unlocked", found.unlock_reason)
            return found

    def _require(self, connection: Connection, month: Month) -> Lock:
        found = lock_of(connection, self.tenant_id, month)
        if found is None:
            raise NotFound(f"{month} is not locked")
        return found


def _standing(tenant_id: str) -> ColumnElement[bool]:
    return (lock.c.tenant_id == tenant_id) & lock.c.unlocked_at.is_(None)


def _lock_of_row(row: RowMapping) -> Lock:
    return Lock(
        lock_id=row["lock_id"],
        month=Month.parse(row["month"]),
        close_id=row["close_id"],
        checked_by=row["checked_by"],
        locked_by=row["locked_by"],
        locked_at=from_ms(row["locked_at"]),
        digest=row["digest"],
        unlock_reason=row["unlock_reason"],
        unlock_requested_by=row["unlock_requested_by"],
        unlock_requested_at=from_ms_or_none(row["unlock_requested_at"]),
        unlocked_by=row["unlocked_by"],
        unlocked_at=from_ms_or_none(row["unlocked_at"]),
    )
