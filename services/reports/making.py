"""Making a report that was asked for: claim it, check the asker's rights again, write its file, put it in place."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import structlog

from services.reports.document import Report
from services.reports.progress import ReportCancelled, TooManyRows
from services.reports.runs import ReportRun, SqlReportRuns
from services.reports.scope import Scope
from services.reports.write import write_report

log = structlog.get_logger(__name__)

# A sign of life is a write to the database.
TELL_EVERY_S = 0.5
KEPT_FOR = timedelta(days=30)

type BuildReport = Callable[[str, Scope], Report]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ReportMaker:
    """`may_read` tells whether an account may have reports at this moment; `build` reads the rows."""

    runs: SqlReportRuns
    folder: Path
    build: BuildReport
    may_read: Callable[[str], bool]
    clock: Callable[[], datetime] = _now

    def make(self, run_id: str) -> None:
        """Make it, unless it has ended or another process is at it."""
        run = self.runs.claim(run_id)
        if run is None:
            return
        if not self.may_read(run.account_id):
            self.runs.fail(run_id, "no-rights")
            return
        try:
            self._make(run)
        except ReportCancelled:
            log.info("report_cancelled", run_id=run_id)
        except TooManyRows:
            self.runs.fail(run_id, "too-many-rows")
        finally:
            # Changes nothing where it has ended already; otherwise an error is on its way up.
            self.runs.fail(run_id, "error")

    def make_due(self) -> None:
        """Whatever a lost message or a killed process left undone; then clear away what is old."""
        for run_id in self.runs.due():
            self.make(run_id)
        for run_id in self.runs.clear(older_than=KEPT_FOR):
            for file in self.folder.glob(f"{run_id}.*"):
                file.unlink(missing_ok=True)

    def _make(self, run: ReportRun) -> None:
        told_at, rows_read = time.monotonic(), 0

        def on_rows(count: int) -> None:
            nonlocal told_at, rows_read
            rows_read = count
            if time.monotonic() - told_at < TELL_EVERY_S:
                return
            told_at = time.monotonic()
            if not self.runs.advance(run.run_id, count):
                raise ReportCancelled

        report = self.build(run.report, Scope(run.period, self.clock(), run.language))
        path = report_path(self.folder, run)
        with _whole_file(path) as file:
            write_report(report, run.format, file, on_rows)
        if not self.runs.finish(run.run_id, rows_read=rows_read, size=path.stat().st_size):
            path.unlink(missing_ok=True)


def report_path(folder: Path, run: ReportRun) -> Path:
    """Where a run's file is."""
    return folder / f"{run.run_id}.{run.format.value}"


@contextmanager
def _whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file that takes its name only when it is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with partial.open("wb") as file:
            yield file
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
