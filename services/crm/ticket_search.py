"""Finding tickets among hundreds of thousands: filters, words, pages.

A page is read from the newest end of an index and ends with a place, the number of its last ticket, from which the next one
goes on; so the last page costs what the first does. Words are looked up in the database's own full-text index, each by its
stem and as a beginning: “принтеры” finds “принтера”, “prin” finds “printer”.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Protocol

import snowballstemmer
from sqlalchemy import ColumnElement, Engine, and_, func, literal_column, or_, select, text

from services.crm.sql_desk import number_of, ticket_of_row
from services.crm.tables import IS_OPEN, tickets
from services.crm.tickets import Ticket, TicketStatus, customer_key

PAGE = 50
LARGEST_PAGE = 500
# Beyond this, a list says “more than”: nobody reads the exact number, and counting it would cost more than the page.
COUNTED = 10_000
CHOICES = 100
MAXIMUM_WORDS = 8
WORD = re.compile(r"[\w@.+-]*\w", re.UNICODE)
OPEN = tuple(status for status in TicketStatus if status is not TicketStatus.CLOSED)


class InvalidPlace(ValueError):
    """A place in a list that no page has given out."""


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Which tickets; what is empty does not restrict."""

    words: str = ""
    statuses: tuple[str, ...] = ()
    team: str = ""
    category: str = ""
    priority: str = ""
    source: str = ""
    customer: str = ""
    created_from: datetime | None = None
    created_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class TicketPage:
    """Some tickets, the newest first; `total` None where there are more than are counted."""

    items: tuple[Ticket, ...]
    next_cursor: str | None = None
    total: int | None = None


class TicketSearch(Protocol):
    def page(self, where: TicketFilter, *, cursor: str | None = None, limit: int = PAGE, count: bool = False) -> TicketPage:
        """Tickets, the newest first. Raises `InvalidPlace`."""
        ...

    def choices(self) -> Mapping[str, tuple[str, ...]]:
        """Each team, category, priority and source there is."""
        ...

    def every(self, where: TicketFilter) -> Iterator[Ticket]:
        """All of them, the newest first, a batch at a time."""
        ...


@dataclass(frozen=True, slots=True)
class SqlTicketSearch:
    """`TicketSearch` over one tenant's rows."""

    engine: Engine
    tenant_id: str = "<default>"

    def page(self, where: TicketFilter, *, cursor: str | None = None, limit: int = PAGE, count: bool = False) -> TicketPage:
        size = max(1, min(limit, LARGEST_PAGE))
        conditions = self._conditions(where)
        query = select(tickets).where(*conditions, *_after(cursor)).order_by(tickets.c.number.desc()).limit(size + 1)
        with self.engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
            total = None
            if count:
                first = select(literal_column("1")).select_from(tickets).where(*conditions).limit(COUNTED + 1).subquery()
                counted = connection.execute(select(func.count()).select_from(first)).scalar_one()
                total = counted if counted <= COUNTED else None
        shown = rows[:size]
        next_cursor = str(shown[-1]["number"]) if len(rows) > size else None
        return TicketPage(tuple(ticket_of_row(row) for row in shown), next_cursor, total)

    def choices(self) -> Mapping[str, tuple[str, ...]]:
        values = {"tenant": self.tenant_id, "choices": CHOICES}
        with self.engine.connect() as connection:
            return {
                name: tuple(connection.execute(text(_DISTINCT.format(column=name)), values).scalars())
                for name in ("team", "category", "priority", "source")
            }

    def every(self, where: TicketFilter) -> Iterator[Ticket]:
        cursor: str | None = None
        while True:
            page = self.page(where, cursor=cursor, limit=LARGEST_PAGE)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def _conditions(self, where: TicketFilter) -> list[ColumnElement[bool]]:
        columns = tickets.c
        conditions: list[ColumnElement[bool]] = [columns.tenant_id == self.tenant_id]
        if where.statuses:
            conditions.append(columns.status.in_(where.statuses))
            if TicketStatus.CLOSED not in where.statuses:
                # The index of open tickets is used where the condition stands as it was made with.
                conditions.append(literal_column(IS_OPEN.text))
        for column, value in (
            (columns.team, where.team),
            (columns.category, where.category),
            (columns.priority, where.priority),
            (columns.source, where.source),
            (columns.customer_key, customer_key(where.customer)),
        ):
            if value:
                conditions.append(column == value)
        if where.created_from is not None:
            conditions.append(columns.created_at >= _stored(where.created_from))
        if where.created_before is not None:
            conditions.append(columns.created_at < _stored(where.created_before))
        if where.words.strip():
            conditions.append(self._about(where.words.replace("\0", "")))
        return conditions

    def _about(self, words: str) -> ColumnElement[bool]:
        number = number_of(words.strip().upper())
        looked_for = [word.lower() for word in WORD.findall(words)[:MAXIMUM_WORDS]]
        if not looked_for:
            return literal_column("1") == 0
        if self.engine.dialect.name == "postgresql":
            found = text("SELECT ticket_numbers_with(to_tsquery('simple', :words))").bindparams(words=_as_tsquery(looked_for))
        else:
            found = text("SELECT rowid FROM ticket_search WHERE ticket_search MATCH :words").bindparams(
                words=_as_match(looked_for)
            )
        matching = tickets.c.number.in_(found.columns(tickets.c.number).scalar_subquery())
        return matching if number is None else or_(tickets.c.number == number, matching)


# A jump through the index from each value to the next: as many steps as there are values, however many rows they have.
_DISTINCT = """
WITH RECURSIVE each(value, step) AS (
    SELECT MIN({column}), 1 FROM ticket WHERE tenant_id = :tenant
    UNION ALL
    SELECT (SELECT MIN({column}) FROM ticket WHERE tenant_id = :tenant AND {column} > each.value), each.step + 1
    FROM each WHERE each.value IS NOT NULL AND each.step < :choices
)
SELECT value FROM each WHERE value IS NOT NULL
"""  # the column is one of four names of ours


def _after(cursor: str | None) -> list[ColumnElement[bool]]:
    if cursor is None:
        return []
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 15):
        raise InvalidPlace(f"{cursor[:80]!r} is no place in the list of tickets; leave it out to start at the newest")
    return [and_(tickets.c.number < int(cursor))]


def _forms(word: str) -> tuple[str, ...]:
    """The word and its stem where that says less than the word, both to be taken as beginnings."""
    stem = _stemmer("russian" if re.search("[а-яё]", word) else "english")(word)
    return (word,) if stem == word or len(stem) < 3 else (word, stem)


@cache
def _stemmer(language: str) -> Callable[[str], str]:
    stem: Callable[[str], str] = snowballstemmer.stemmer(language).stemWord
    return stem


def _as_match(words: list[str]) -> str:
    """FTS5: each form quoted, so that nothing in it is an operator."""
    alternatives = ("(" + " OR ".join(f'"{form}"*' for form in _forms(word)) + ")" for word in words)
    return " AND ".join(alternatives)


def _as_tsquery(words: list[str]) -> str:
    """PostgreSQL: each form quoted likewise."""
    alternatives = ("(" + " | ".join(f"'{form}':*" for form in _forms(word)) + ")" for word in words)
    return " & ".join(alternatives)


def _stored(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
