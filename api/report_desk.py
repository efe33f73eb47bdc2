"""Asking for reports: the request is saved, then its maker is told; what the message misses the clock finds."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from services.reports import Period, ReportFormat, ReportRun, ReportRuns, SqlReportSchedules, report_path


@dataclass(frozen=True, slots=True)
class ReportDesk:
    """`send` tells a background process about a run, by its id."""

    runs: ReportRuns
    folder: Path
    send: Callable[[str], None]
    schedules: SqlReportSchedules

    def request(
        self, report: str, report_format: ReportFormat, period: Period, *, language: str, account_id: str, requested_by: str
    ) -> ReportRun:
        run = self.runs.request(
            report, report_format, period, language=language, account_id=account_id, requested_by=requested_by
        )
        self.send(run.run_id)
        return run

    def file(self, run: ReportRun) -> Path:
        """Where a finished run's file is."""
        return report_path(self.folder, run)
