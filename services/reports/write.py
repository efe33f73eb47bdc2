"""Writing a report in a format."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import BinaryIO

from services.reports.document import Report, Row
from services.reports.progress import REPORT_EVERY_ROWS, ReportCancelled, TooManyRows


class ReportFormat(StrEnum):
    """`.value` is also the file's ending."""

    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"

    @property
    def media_type(self) -> str:
        return FORMATS[self]


FORMATS: Mapping[ReportFormat, str] = {
    ReportFormat.PDF: "application/pdf",
    ReportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ReportFormat.CSV: "text/csv; charset=utf-8",
    ReportFormat.JSON: "application/json",
}


def write_report(
    report: Report, report_format: ReportFormat, out: BinaryIO, on_rows: Callable[[int], None] | None = None
) -> None:
    """Write it; `on_rows` hears now and then how many rows were read, and stops everything by raising.

    Raises:
        TooManyRows: the format cannot hold that many.
    """
    heard = report
    if on_rows is not None:
        heard = replace(report, rows=replace(report.rows, rows=_telling(report.rows.rows, on_rows)))
    _writer(report_format)(heard, out)


def _telling(rows: Iterable[Row], on_rows: Callable[[int], None]) -> Iterator[Row]:
    count = 0
    for count, row in enumerate(rows, start=1):
        if count % REPORT_EVERY_ROWS == 0:
            on_rows(count)
        yield row
    on_rows(count)


def _writer(report_format: ReportFormat) -> Callable[[Report, BinaryIO], None]:
    """Imported when needed: a command that writes CSV does not wait for fonts."""
    match report_format:
        case ReportFormat.PDF:
            from services.reports.pdf import write_pdf  # noqa: PLC0415  # see above

            return write_pdf
        case ReportFormat.XLSX:
            from services.reports.xlsx import write_xlsx  # noqa: PLC0415  # see above

            return write_xlsx
        case ReportFormat.CSV:
            from services.reports.csv_file import write_csv  # noqa: PLC0415  # see above

            return write_csv
        case ReportFormat.JSON:
            from services.reports.json_file import write_json  # noqa: PLC0415  # see above

            return write_json


__all__ = ["FORMATS", "ReportCancelled", "ReportFormat", "TooManyRows", "write_report"]
