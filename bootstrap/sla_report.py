"""The promises of the SLA clocks as rows of a report: counted in each team's working time, pauses left out."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Engine

from services.identity import DEFAULT_TENANT
from services.reports import PromiseRow, Scope
from services.sla import ClockPause, Pause, Promise, SlaClock, SqlCalendars, WorkingCalendar, working_time
from services.sla.sql_due import clocks_due


def promise_rows(engine: Engine, scope: Scope, tenant_id: str = DEFAULT_TENANT) -> Iterator[PromiseRow]:
    """A row for each promise that falls due in the period."""
    calendars: dict[str, WorkingCalendar] = {}
    book = SqlCalendars(engine, tenant_id=tenant_id)
    for clock, pauses in clocks_due(engine, scope.period.start, scope.period.end, tenant_id):
        calendar = calendars.setdefault(clock.team, book.calendar(clock.team))
        for promise in Promise:
            due_at = clock.reply_due_at if promise is Promise.REPLY else clock.resolve_due_at
            if due_at is not None and scope.period.start <= due_at < scope.period.end:
                yield _row(clock, promise, due_at, calendar, pauses, scope.asked_at)


def _row(
    clock: SlaClock,
    promise: Promise,
    due_at: datetime,
    calendar: WorkingCalendar,
    pauses: Sequence[ClockPause],
    asked_at: datetime,
) -> PromiseRow:
    stops = [Pause(each.started_at, each.ended_at, each.reason) for each in pauses]
    done_at = clock.ended_at if promise is Promise.RESOLUTION else clock.replied_at or clock.ended_at
    until = done_at or asked_at
    return PromiseRow(
        subject_id=clock.subject_id,
        subject=clock.subject,
        promise=promise.value,
        priority=clock.priority,
        team=clock.team,
        started_at=clock.started_at,
        due_at=due_at,
        done_at=done_at,
        promised_ms=_ms(clock.within(promise).total_seconds()),
        used_ms=_ms(working_time(calendar, clock.started_at, until, stops).total_seconds()),
        late_ms=_ms(working_time(calendar, due_at, until, stops).total_seconds()),
    )


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
