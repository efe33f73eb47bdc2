"""Reports asked for in the page: who wants what, how far it is, how it ended.

A run is claimed by one process at a time. One whose maker gave no sign of life for a while is claimed again by the next, so a
killed process loses no report; the file is only put in place when it is whole.
"""

import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Engine, RowMapping, and_, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from services.reports.scope import Period
from services.reports.tables import report_run
from services.reports.write import ReportFormat

DEFAULT_TENANT = "<default>"
SILENT_AFTER = timedelta(seconds=60)
SHOWN = 50


class RunState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNFINISHED = (RunState.WAITING, RunState.RUNNING)


class RunNotFound(LookupError):
    def __init__(self, run_id: str) -> None:
        super().__init__(f"there is no report run {run_id[:80]!r} of yours, or it has been cleared away")
        self.run_id = run_id


@dataclass(frozen=True, slots=True)
class ReportRun:
    run_id: str
    report: str
    format: ReportFormat
    period: Period
    language: str
    account_id: str
    requested_by: str
    state: RunState
    rows_read: int
    size: int
    # Why it failed.
    problem: str
    requested_at: datetime
    ended_at: datetime | None

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    @property
    def file_name(self) -> str:
        """What a browser saves it as."""
        return f"{self.report}-{self.period.first}-{self.period.last}.{self.format.value}"


class ReportRuns(Protocol):
    """Where runs are kept. Calls are short and blocking; an account sees its own runs only."""

    def request(
        self,
        report: str,
        report_format: ReportFormat,
        period: Period,
        *,
        language: str,
        account_id: str,
        requested_by: str,
        run_id: str = "",
        is_mailed: bool = False,
    ) -> ReportRun:
        """Ask for one. With a `run_id` that was used before, nothing new is asked for."""
        ...

    def runs(self, account_id: str) -> Sequence[ReportRun]:
        """The newest first."""
        ...

    def run(self, run_id: str, account_id: str) -> ReportRun:
        """Raises `RunNotFound`."""
        ...

    def cancel(self, run_id: str, account_id: str) -> None:
        """Stop it if it has not ended. Raises `RunNotFound`."""
        ...


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class SqlReportRuns:
    """`ReportRuns` of one tenant, and what makes them needs to know."""

    engine: Engine
    tenant_id: str = DEFAULT_TENANT
    clock: Callable[[], datetime] = _now

    def request(
        self,
        report: str,
        report_format: ReportFormat,
        period: Period,
        *,
        language: str,
        account_id: str,
        requested_by: str,
        run_id: str = "",
        is_mailed: bool = False,
    ) -> ReportRun:
        now = _ms(self.clock())
        run_id = run_id or uuid.uuid4().hex
        row = {
            "run_id": run_id,
            "tenant_id": self.tenant_id,
            "report": report,
            "format": report_format.value,
            "first_day": period.first,
            "last_day": period.last,
            "language": language,
            "account_id": account_id,
            "requested_by": requested_by,
            "state": RunState.WAITING,
            "rows_read": 0,
            "size": 0,
            "problem": "",
            "requested_at": now,
            "seen_at": now,
            "is_mailed": is_mailed,
        }
        with suppress(IntegrityError), self.engine.begin() as connection:
            connection.execute(insert(report_run), row)
        return self.run(run_id, account_id)

    def runs(self, account_id: str) -> Sequence[ReportRun]:
        mine = select(report_run).where(self._mine(), report_run.c.account_id == account_id)
        newest = mine.order_by(report_run.c.requested_at.desc(), report_run.c.run_id).limit(SHOWN)
        with self.engine.connect() as connection:
            return [_run(row) for row in connection.execute(newest).mappings()]

    def run(self, run_id: str, account_id: str) -> ReportRun:
        one = select(report_run).where(self._mine(), report_run.c.run_id == run_id, report_run.c.account_id == account_id)
        with self.engine.connect() as connection:
            row = connection.execute(one).mappings().first()
        if row is None:
            raise RunNotFound(run_id)
        return _run(row)

    def cancel(self, run_id: str, account_id: str) -> None:
        self.run(run_id, account_id)
        self._end(run_id, RunState.CANCELLED)

    def due(self) -> list[str]:
        """Runs that wait, or whose maker fell silent."""
        with self.engine.connect() as connection:
            return list(connection.scalars(select(report_run.c.run_id).where(self._mine(), self._is_free())))

    def claim(self, run_id: str) -> ReportRun | None:
        """The run, for the one who may make it now; None when it ended or another makes it."""
        with self.engine.begin() as connection:
            taken = connection.execute(
                update(report_run)
                .where(self._mine(), report_run.c.run_id == run_id, self._is_free())
                .values(state=RunState.RUNNING, rows_read=0, seen_at=_ms(self.clock()))
            )
            if taken.rowcount != 1:
                return None
            row = connection.execute(select(report_run).where(report_run.c.run_id == run_id)).mappings().one()
        return _run(row)

    def advance(self, run_id: str, rows_read: int) -> bool:
        """A sign of life; False when nobody wants the report any more."""
        with self.engine.begin() as connection:
            alive = connection.execute(
                update(report_run)
                .where(report_run.c.run_id == run_id, report_run.c.state == RunState.RUNNING)
                .values(rows_read=rows_read, seen_at=_ms(self.clock()))
            )
        return alive.rowcount == 1

    def finish(self, run_id: str, *, rows_read: int, size: int) -> bool:
        """False when it was cancelled in the meantime."""
        return self._end(run_id, RunState.DONE, rows_read=rows_read, size=size)

    def fail(self, run_id: str, problem: str) -> None:
        self._end(run_id, RunState.FAILED, problem=problem)

    def clear(self, *, older_than: timedelta) -> list[str]:
        """Forget old runs that ended; returns their ids, so that files can go as well."""
        old = and_(self._mine(), report_run.c.ended_at < _ms(self.clock() - older_than))
        with self.engine.begin() as connection:
            gone = list(connection.scalars(select(report_run.c.run_id).where(old)))
            if gone:
                connection.execute(delete(report_run).where(report_run.c.run_id.in_(gone)))
        return gone

    def to_be_mailed(self) -> list[ReportRun]:
        """Runs that are ready and have not been handed to the mail room."""
        ready = and_(report_run.c.state == RunState.DONE, report_run.c.is_mailed, report_run.c.mailed_at.is_(None))
        with self.engine.connect() as connection:
            return [_run(row) for row in connection.execute(select(report_run).where(self._mine(), ready)).mappings()]

    def mark_mailed(self, run_id: str) -> None:
        with self.engine.begin() as connection:
            one = update(report_run).where(report_run.c.run_id == run_id)
            connection.execute(one.values(mailed_at=_ms(self.clock())))

    def _mine(self) -> ColumnElement[bool]:
        return report_run.c.tenant_id == self.tenant_id

    def _is_free(self) -> ColumnElement[bool]:
        silent = report_run.c.seen_at < _ms(self.clock() - SILENT_AFTER)
        return or_(report_run.c.state == RunState.WAITING, and_(report_run.c.state == RunState.RUNNING, silent))

    def _end(self, run_id: str, state: RunState, **values: Any) -> bool:  # noqa: ANN401  # columns
        unfinished = report_run.c.state.in_(UNFINISHED)
        with self.engine.begin() as connection:
            ended = connection.execute(
                update(report_run)
                .where(self._mine(), report_run.c.run_id == run_id, unfinished)
                .values(state=state, ended_at=_ms(self.clock()), **values)
            )
        return ended.rowcount == 1


def _run(row: RowMapping) -> ReportRun:
    return ReportRun(
        row["run_id"],
        row["report"],
        ReportFormat(row["format"]),
        Period(row["first_day"], row["last_day"]),
        row["language"],
        row["account_id"],
        row["requested_by"],
        RunState(row["state"]),
        row["rows_read"],
        row["size"],
        row["problem"],
        _moment(row["requested_at"]),
        None if row["ended_at"] is None else _moment(row["ended_at"]),
    )


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
