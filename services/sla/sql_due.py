"""Clocks of which a promise falls due in a period, with their pauses: what reports are made of."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, and_, or_, select

from services.sla.records import ClockPause, SlaClock
from services.sla.sql_book import SqlClockPages
from services.sla.sql_rows import clock_of, milliseconds
from services.sla.tables import sla_clock

BATCH = 500


def clocks_due(
    engine: Engine, start: datetime, end: datetime, tenant_id: str = "<default>"
) -> Iterator[tuple[SlaClock, Sequence[ClockPause]]]:
    """In the order in which they began; a connection is held until they are read to the end."""
    columns, first, last = sla_clock.c, milliseconds(start), milliseconds(end)
    due = or_(*(and_(due_at >= first, due_at < last) for due_at in (columns.reply_due_at, columns.resolve_due_at)))
    query = select(sla_clock).where(columns.tenant_id == tenant_id, due).order_by(columns.started_at, columns.subject_id)
    streaming = engine.connect().execution_options(yield_per=BATCH)
    with streaming as connection, engine.connect() as beside, connection.execute(query) as found:
        for batch in found.mappings().partitions(BATCH):
            yield from _with_pauses(beside, [clock_of(row) for row in batch], tenant_id)


def _with_pauses(
    connection: Connection, clocks: Sequence[SlaClock], tenant_id: str
) -> Iterator[tuple[SlaClock, Sequence[ClockPause]]]:
    pauses = SqlClockPages(connection, tenant_id).pauses([clock.subject_id for clock in clocks])
    for clock in clocks:
        yield clock, pauses[clock.subject_id]
