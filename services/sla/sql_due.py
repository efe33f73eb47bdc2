"""Clocks of which a promise falls due in a period, with their pauses: what reports are made of."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, and_, or_, select, tuple_

from services.sla.records import ClockPause, SlaClock
from services.sla.sql_book import SqlClockPages
from services.sla.sql_rows import clock_of, milliseconds
from services.sla.tables import sla_clock

BATCH = 500


def clocks_due(
    engine: Engine, start: datetime, end: datetime, tenant_id: str = "<default>"
) -> Iterator[tuple[SlaClock, Sequence[ClockPause]]]:
    """In the order in which they began, a batch at a time; no transaction is held in between."""
    columns, first, last = sla_clock.c, milliseconds(start), milliseconds(end)
    due = or_(*(and_(due_at >= first, due_at < last) for due_at in (columns.reply_due_at, columns.resolve_due_at)))
    order = (columns.started_at, columns.subject_id)
    query = select(sla_clock).where(columns.tenant_id == tenant_id, due).order_by(*order).limit(BATCH)
    after: tuple[int, str] | None = None
    while True:
        following = query if after is None else query.where(tuple_(*order) > after)
        with engine.connect() as connection:
            rows = connection.execute(following).mappings().all()
            found = list(_with_pauses(connection, [clock_of(row) for row in rows], tenant_id))
        yield from found
        if len(rows) < BATCH:
            return
        after = (rows[-1]["started_at"], rows[-1]["subject_id"])


def _with_pauses(
    connection: Connection, clocks: Sequence[SlaClock], tenant_id: str
) -> Iterator[tuple[SlaClock, Sequence[ClockPause]]]:
    pauses = SqlClockPages(connection, tenant_id).pauses([clock.subject_id for clock in clocks])
    for clock in clocks:
        yield clock, pauses[clock.subject_id]
