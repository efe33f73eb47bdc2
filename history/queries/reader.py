"""What every group of queries shares: the engine, the tenant, and how rows become values."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, Select, Table, func, select

from history.queries.paging import Page, SortKey, after_cursor, encode_cursor, limited
from history.tables import NEVER

DEFAULT_TENANT = "<default>"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST_MOMENT_MS = 253_402_300_799_999


class NotInHistory(LookupError):
    """Nothing with this key is known to this tenant."""

    def __init__(self, noun: str, key: int | str) -> None:
        super().__init__(f"there is no {noun} {key}")
        self.noun = noun
        self.key = key


class Reader:
    """Reads the rows of one tenant; each call is one short read transaction of its own."""

    def __init__(self, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> None:
        self._engine = engine
        self._tenant_id = tenant_id

    def _mine(self, table: Table) -> ColumnElement[bool]:
        return table.c.tenant_id == self._tenant_id

    def _all(self, statement: Select[*tuple[Any, ...]]) -> Sequence[Row[Any]]:
        with self._engine.connect() as connection:
            return connection.execute(statement).all()

    def _mappings(self, statement: Select[*tuple[Any, ...]]) -> Sequence[dict[str, Any]]:
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def _first(self, statement: Select[*tuple[Any, ...]]) -> Row[Any] | None:
        with self._engine.connect() as connection:
            return connection.execute(statement.limit(1)).first()

    def _count(self, statement: Select[*tuple[Any, ...]]) -> int:
        with self._engine.connect() as connection:
            counted = select(func.count()).select_from(statement.subquery())
            return int(connection.execute(counted).scalar_one())

    def _page[T](
        self,
        statement: Select[*tuple[Any, ...]],
        order: Sequence[SortKey],
        build: Callable[[Row[Any]], T],
        *,
        cursor: str | None,
        limit: int,
        counted: Select[*tuple[Any, ...]] | None = None,
    ) -> Page[T]:
        """One page; one row more than asked for tells whether another page follows. `counted` selects the list's keys."""
        size = limited(limit)
        total = None if counted is None else self._count(counted)
        rows = self._all(after_cursor(statement, order, cursor).limit(size + 1))
        shown = rows[:size]
        next_cursor = None
        if len(rows) > size:
            next_cursor = encode_cursor([getattr(shown[-1], key.column.name) for key in order])
        return Page(tuple(build(row) for row in shown), next_cursor, total)


def moment(milliseconds: int) -> datetime:
    """The moment of a timestamp, in UTC; one that no calendar holds becomes the calendar's last."""
    return EPOCH + timedelta(milliseconds=max(0, min(milliseconds, LAST_MOMENT_MS)))


def maybe_moment(milliseconds: int | None) -> datetime | None:
    """The moment of a timestamp that may be missing, or one that never comes."""
    return None if milliseconds is None or milliseconds == NEVER else moment(milliseconds)


def milliseconds_of(at: datetime) -> int:
    """The timestamp of a moment; a moment without a zone is taken as UTC."""
    zoned = at if at.tzinfo else at.replace(tzinfo=UTC)
    return round(zoned.timestamp() * 1000)
