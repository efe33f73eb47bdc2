"""How far a pass over one kind of record is, kept beside what it read."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from services.crm.connectors.ports import Kind
from services.crm.connectors.tables import progress as table

# Read again at each pass: clocks of one system's machines differ, and a change is seen some time after it is dated.
OVERLAP = timedelta(minutes=10)
# In so many passes running may the counts differ, from changes under way, before everything is read anew …
PATIENT_PASSES = 2
# … and anew once a day while they still do.
DAILY_PASSES = 288


@dataclass(frozen=True, slots=True)
class Pass:
    """`cursor` None: not under way."""

    number: int
    since: datetime | None
    cursor: str | None
    as_of: datetime | None
    seen: int
    changed: int

    @property
    def is_whole(self) -> bool:
        return self.since is None


def current_pass(connection: Connection, connection_id: str, kind: Kind, now: int) -> Pass:
    """The pass under way, else a new one."""
    mine = (table.c.connection_id == connection_id) & (table.c.kind == kind.value)
    row = connection.execute(select(table).where(mine)).mappings().first()
    if row is None:
        first = {"pass_number": 0, "pass_seen": 0, "pass_changed": 0, "incomplete_passes": 0, "wants_all": True}
        connection.execute(insert(table).values(connection_id=connection_id, kind=kind.value, **first))
        row = connection.execute(select(table).where(mine)).mappings().one()
    if row["cursor"] is not None:
        as_of, since = row["pass_as_of"], row["pass_since"]
        return Pass(row["pass_number"], _moment(since), row["cursor"], _moment(as_of), row["pass_seen"], row["pass_changed"])
    since = None
    if not row["wants_all"] and row["read_until"] is not None:
        since = row["read_until"] - int(OVERLAP.total_seconds() * 1000)
    fresh = {
        "pass_number": row["pass_number"] + 1,
        "pass_since": since,
        "cursor": "",
        "pass_as_of": None,
        "pass_seen": 0,
        "pass_changed": 0,
        "pass_started_at": now,
    }
    connection.execute(update(table).where(mine).values(**fresh))
    return Pass(row["pass_number"] + 1, _moment(since), "", None, 0, 0)


def save_page(connection: Connection, connection_id: str, kind: Kind, state: Pass) -> None:
    mine = (table.c.connection_id == connection_id) & (table.c.kind == kind.value)
    as_of = int(state.as_of.timestamp() * 1000) if state.as_of else None
    values = {"cursor": state.cursor, "pass_as_of": as_of, "pass_seen": state.seen, "pass_changed": state.changed}
    connection.execute(update(table).where(mine).values(**values))


def expect(connection: Connection, connection_id: str, kind: Kind, theirs: int) -> None:
    """How many a whole pass will meet, for those who watch it."""
    mine = (table.c.connection_id == connection_id) & (table.c.kind == kind.value)
    connection.execute(update(table).where(mine).values(theirs=theirs))


def complete(connection: Connection, connection_id: str, kind: Kind, state: Pass, *, ours: int, theirs: int, now: int) -> int:
    """Close a pass with its counts; returns in how many passes running they differed."""
    mine = (table.c.connection_id == connection_id) & (table.c.kind == kind.value)
    before = connection.execute(select(table.c.incomplete_passes).where(mine)).scalar_one()
    differing = before + 1 if ours != theirs else 0
    assert state.as_of is not None, "a pass that has read its last page has read one"
    values = {
        "cursor": None,
        "read_until": int(state.as_of.timestamp() * 1000),
        "completed_at": now,
        "ours": ours,
        "theirs": theirs,
        "incomplete_passes": differing,
        "wants_all": differing == PATIENT_PASSES or (differing > 0 and differing % DAILY_PASSES == 0),
    }
    connection.execute(update(table).where(mine).values(**values))
    return differing


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
