"""One run over a connection: first what webhooks hinted at, then page after page of each kind, then the counts."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog
from sqlalchemy import Engine, update

from services.crm.connectors.ports import Crm, CrmError, CrmRecordUnknown, Kind, NotConnected, Record, Records
from services.crm.connectors.tables import connection as connections
from services.crm.sync.hints import HintBox
from services.crm.sync.kept import forget, forget_unseen, held_count, keep
from services.crm.sync.lease import Lease
from services.crm.sync.passes import PATIENT_PASSES, Pass, complete, current_pass, expect, save_page

log = structlog.get_logger(__name__)


class TicketIntake(Protocol):
    """Where tickets of other systems go, each once by source and id."""

    def __call__(self, source: str, records: Sequence[Record], /) -> None: ...


class Alarm(Protocol):
    """Tells people that a connection does not hold what the other side has."""

    def __call__(self, connection_id: str, kind: Kind, ours: int, theirs: int, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did; `is_finished` False where its time ended before its work."""

    seen: int = 0
    changed: int = 0
    is_finished: bool = True


def milliseconds() -> int:
    return int(time.time() * 1000)


@dataclass(frozen=True, slots=True)
class Sync:
    """Runs over connections; memory holds one page."""

    engine: Engine
    intake: TicketIntake | None = None
    alarm: Alarm | None = None
    clock: Callable[[], int] = milliseconds

    def run(self, connection_id: str, crm: Crm, *, seconds: float = float("inf")) -> Outcome:
        """Read what is to be read, for at most so long.

        Raises:
            Busy: another process does. LeaseLost: another process took over.
            CrmError: the system did not go along; what was read before stands, and the next run goes on there.
        """
        end = self.clock() + seconds * 1000
        lease = Lease(connection_id, self.clock)
        lease.take(self.engine)
        try:
            self._read_hints(lease, crm)
            total = Outcome()
            for kind, records in crm.readable.items():
                part = self._read(lease, kind, records, end)
                total = Outcome(total.seen + part.seen, total.changed + part.changed, total.is_finished and part.is_finished)
            self._note(connection_id, None)
        except CrmError as error:
            self._note(connection_id, error)
            raise
        finally:
            lease.give_back(self.engine)
        return total

    def _read(self, lease: Lease, kind: Kind, records: Records, end: float) -> Outcome:
        with self.engine.begin() as connection:
            lease.prolong(connection)
            state = current_pass(connection, lease.connection_id, kind, self.clock())
        if state.is_whole and state.cursor == "":
            theirs = records.count()
            with self.engine.begin() as connection:
                expect(connection, lease.connection_id, kind, theirs)
        seen_before, changed_before = state.seen, state.changed
        while state.cursor is not None:
            if self.clock() >= end:
                return Outcome(state.seen - seen_before, state.changed - changed_before, is_finished=False)
            page = records.page(since=state.since, cursor=state.cursor)
            if kind is Kind.TICKET and self.intake is not None:
                self.intake(lease.connection_id, page.records)
            with self.engine.begin() as connection:
                lease.prolong(connection)
                changed = keep(connection, lease.connection_id, kind, page.records, state.number)
                state = replace(
                    state,
                    cursor=page.cursor,
                    as_of=state.as_of or page.as_of,
                    seen=state.seen + len(page.records),
                    changed=state.changed + changed,
                )
                # The last page's cursor stays until the counts are there: killed in between, only that page is read again.
                if page.cursor is not None:
                    save_page(connection, lease.connection_id, kind, state)
        self._reconcile(lease, kind, records.count(), state)
        return Outcome(state.seen - seen_before, state.changed - changed_before)

    def _reconcile(self, lease: Lease, kind: Kind, theirs: int, state: Pass) -> None:
        here = lease.connection_id
        with self.engine.begin() as connection:
            lease.prolong(connection)
            save_page(connection, here, kind, state)
            # A whole pass that met fewer than there are has missed some, which are not gone for that.
            if state.is_whole and held_count(connection, here, kind, seen_since=state.number) >= theirs:
                forget_unseen(connection, here, kind, state.number)
            ours = held_count(connection, here, kind)
            differing = complete(connection, here, kind, state, ours=ours, theirs=theirs, now=self.clock())
        if differing >= PATIENT_PASSES:
            log.warning("crm_incomplete", connection_id=here, kind=kind.value, ours=ours, theirs=theirs, passes=differing)
            if differing == PATIENT_PASSES and self.alarm is not None:
                self.alarm(here, kind, ours, theirs)

    def _read_hints(self, lease: Lease, crm: Crm) -> None:
        box = HintBox(self.engine, lease.connection_id)
        for kind, record_id, told_at in box.waiting():
            records = crm.readable.get(kind)
            found: Record | None = None
            if records is not None:
                try:
                    found = records.get(record_id)
                except CrmRecordUnknown:
                    found = None
            if found is not None and kind is Kind.TICKET and self.intake is not None:
                self.intake(lease.connection_id, [found])
            with self.engine.begin() as connection:
                lease.prolong(connection)
                if found is None:
                    forget(connection, lease.connection_id, kind, record_id)
                else:
                    number = current_pass(connection, lease.connection_id, kind, self.clock()).number
                    keep(connection, lease.connection_id, kind, [found], number)
                box.done(connection, kind, record_id, told_at)

    def _note(self, connection_id: str, error: CrmError | None) -> None:
        values: dict[str, object] = {"last_error": str(error)[:500] if error else ""}
        if error is None or isinstance(error, NotConnected):
            values["is_disconnected"] = error is not None
        with self.engine.begin() as connection:
            connection.execute(update(connections).where(connections.c.connection_id == connection_id).values(**values))
