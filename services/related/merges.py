"""Merging a ticket into another, and taking that back. No row of either is ever changed or lost by it here.

A merge is one row: which ticket, into which, who and why, and when it was undone. A ticket is merged into one other at a time,
and only into one that stands for itself, so there are no chains to follow.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, RowMapping, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from services.related.tables import merges


class MergeRefused(Exception):
    """These two cannot be merged; `code` says why: itself, merged, into-merged, has-merged."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class MergeNotFound(LookupError):
    """There is no such merge in force."""


@dataclass(frozen=True, slots=True)
class Merge:
    number: int
    ticket_id: str
    into_id: str
    reason: str
    merged_by: str
    merged_at: datetime
    undone_by: str
    undone_at: datetime | None

    @property
    def is_in_force(self) -> bool:
        return self.undone_at is None


@dataclass(frozen=True, slots=True)
class SqlMerges:
    """Merges of one tenant."""

    engine: Engine
    tenant_id: str = "<default>"
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def merge(self, ticket_id: str, into_id: str, *, by: str, reason: str) -> Merge:
        """Raises `MergeRefused`."""
        if ticket_id == into_id:
            raise MergeRefused("itself", f"{ticket_id} cannot be merged into itself")
        row = {
            "tenant_id": self.tenant_id,
            "ticket_id": ticket_id,
            "into_id": into_id,
            "reason": reason.replace("\0", "").strip()[:2000],
            "merged_by": by[:200],
            "merged_at": _ms(self.clock()),
        }
        try:
            with self.engine.begin() as connection:
                number = connection.execute(insert(merges).values(**row).returning(merges.c.number)).scalar_one()
                # Looked at after the write, whose lock lets nobody else between.
                self._refuse_chains(connection, ticket_id, into_id)
        except IntegrityError as error:
            raise MergeRefused("merged", f"{ticket_id} is merged into another ticket already") from error
        return self.get(number)

    def undo(self, number: int, *, by: str) -> Merge:
        """Raises `MergeNotFound`."""
        values = {"undone_by": by[:200], "undone_at": _ms(self.clock()), "settled_at": None}
        with self.engine.begin() as connection:
            where = (merges.c.number == number, merges.c.tenant_id == self.tenant_id, merges.c.undone_at.is_(None))
            if connection.execute(update(merges).where(*where).values(**values)).rowcount == 0:
                raise MergeNotFound(f"merge {number} is not in force (any more)")
        return self.get(number)

    def get(self, number: int) -> Merge:
        """Raises `MergeNotFound`."""
        with self.engine.connect() as connection:
            query = select(merges).where(merges.c.number == number, merges.c.tenant_id == self.tenant_id)
            row = connection.execute(query).mappings().first()
        if row is None:
            raise MergeNotFound(f"there is no merge {number}")
        return _of_row(row)

    def of(self, ticket_id: str) -> Sequence[Merge]:
        """Every merge that a ticket was part of, also those undone, oldest first."""
        part = or_(merges.c.ticket_id == ticket_id, merges.c.into_id == ticket_id)
        return self._found(select(merges).where(merges.c.tenant_id == self.tenant_id, part).order_by(merges.c.number))

    def unsettled(self, limit: int = 200) -> Sequence[Merge]:
        """What the processes have not heard of, oldest first."""
        mine = (merges.c.tenant_id == self.tenant_id, merges.c.settled_at.is_(None))
        return self._found(select(merges).where(*mine).order_by(merges.c.number).limit(limit))

    def settle(self, merge: Merge) -> None:
        """The processes know of it, unless it was undone since."""
        is_same = merges.c.undone_at.is_(None) if merge.is_in_force else merges.c.undone_at.is_not(None)
        with self.engine.begin() as connection:
            query = update(merges).where(merges.c.number == merge.number, is_same)
            connection.execute(query.values(settled_at=_ms(self.clock())))

    def _found(self, query: object) -> Sequence[Merge]:
        with self.engine.connect() as connection:
            return [_of_row(row) for row in connection.execute(query).mappings()]  # type: ignore[call-overload]  # a select

    def _refuse_chains(self, connection: Connection, ticket_id: str, into_id: str) -> None:
        in_force = (merges.c.tenant_id == self.tenant_id, merges.c.undone_at.is_(None))
        if connection.execute(select(merges.c.number).where(*in_force, merges.c.ticket_id == into_id)).first():
            raise MergeRefused("into-merged", f"{into_id} is merged into another ticket itself: merge into that one")
        if connection.execute(select(merges.c.number).where(*in_force, merges.c.into_id == ticket_id)).first():
            raise MergeRefused("has-merged", f"other tickets are merged into {ticket_id}: part them first")


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _of_row(row: RowMapping) -> Merge:
    undone = row["undone_at"]
    return Merge(
        number=row["number"],
        ticket_id=row["ticket_id"],
        into_id=row["into_id"],
        reason=row["reason"],
        merged_by=row["merged_by"],
        merged_at=datetime.fromtimestamp(row["merged_at"] / 1000, UTC),
        undone_by=row["undone_by"],
        undone_at=None if undone is None else datetime.fromtimestamp(undone / 1000, UTC),
    )
