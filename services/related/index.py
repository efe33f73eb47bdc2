"""Buckets of like texts: which tickets share one with a text."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import Engine, func, insert, select, union_all
from sqlalchemy.dialects import postgresql, sqlite

from services.related.tables import bucket_progress, buckets

# A bucket may hold thousands of automatic letters; the newest of each are enough.
NEWEST_OF_A_BUCKET = 40


class RelatedIndex(Protocol):
    """Where buckets are kept."""

    def add(self, tickets: Mapping[int, Sequence[int]], *, up_to: int) -> None:
        """Put tickets, by their numbers, into their buckets, and remember how far that went."""
        ...

    def filled_to(self) -> int:
        """The number of the last ticket that was put in; 0 at first."""
        ...

    def sharing(self, numbers: Iterable[int], limit: int) -> list[int]:
        """Tickets in any of these buckets, those that share most first."""
        ...


@dataclass
class InMemoryIndex:
    _buckets: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    _filled_to: int = 0

    def add(self, tickets: Mapping[int, Sequence[int]], *, up_to: int) -> None:
        for ticket, numbers in tickets.items():
            for number in numbers:
                if ticket not in self._buckets[number]:
                    self._buckets[number].append(ticket)
        self._filled_to = max(self._filled_to, up_to)

    def filled_to(self) -> int:
        return self._filled_to

    def sharing(self, numbers: Iterable[int], limit: int) -> list[int]:
        shared = Counter(ticket for number in numbers for ticket in sorted(self._buckets[number])[-NEWEST_OF_A_BUCKET:])
        return [ticket for ticket, _count in _best(shared, limit)]


@dataclass(frozen=True, slots=True)
class SqlIndex:
    """`RelatedIndex` of one tenant: another's like texts neither show up nor take the places of its own."""

    engine: Engine
    tenant_id: str = "<default>"

    def add(self, tickets: Mapping[int, Sequence[int]], *, up_to: int) -> None:
        mine = {"tenant_id": self.tenant_id}
        rows = [mine | {"bucket": bucket, "ticket_number": ticket} for ticket, numbers in tickets.items() for bucket in numbers]
        make = postgresql.insert if self.engine.dialect.name == "postgresql" else sqlite.insert
        with self.engine.begin() as connection:
            if rows:
                connection.execute(make(buckets).on_conflict_do_nothing(), rows)
            same = bucket_progress.c.tenant_id == self.tenant_id
            if connection.execute(bucket_progress.update().where(same).values(ticket_number=up_to)).rowcount == 0:
                connection.execute(insert(bucket_progress).values(tenant_id=self.tenant_id, ticket_number=up_to))

    def filled_to(self) -> int:
        with self.engine.connect() as connection:
            query = select(bucket_progress.c.ticket_number).where(bucket_progress.c.tenant_id == self.tenant_id)
            return int(connection.execute(query).scalar() or 0)

    def sharing(self, numbers: Iterable[int], limit: int) -> list[int]:
        # From the newest end of each bucket's own part of the primary key.
        parts = [
            select(
                select(buckets.c.ticket_number)
                .where(buckets.c.tenant_id == self.tenant_id, buckets.c.bucket == number)
                .order_by(buckets.c.ticket_number.desc())
                .limit(NEWEST_OF_A_BUCKET)
                .subquery()
            )
            for number in numbers
        ]
        if not parts:
            return []
        found = union_all(*parts).subquery()
        shared = func.count()
        query = select(found.c.ticket_number).group_by(found.c.ticket_number)
        query = query.order_by(shared.desc(), found.c.ticket_number.desc()).limit(limit)
        with self.engine.connect() as connection:
            return list(connection.execute(query).scalars())


def _best(shared: Counter[int], limit: int) -> list[tuple[int, int]]:
    return sorted(shared.items(), key=lambda item: (-item[1], -item[0]))[:limit]
