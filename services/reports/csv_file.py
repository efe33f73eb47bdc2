"""A report as CSV: the long table alone, UTF-8 with a byte order mark, by which Excel recognises it."""

import csv
import io
from decimal import Decimal
from typing import BinaryIO

from services.reports.cells import clean, looks_like_formula
from services.reports.document import Cell, Report
from services.reports.json_file import plain


def write_csv(report: Report, out: BinaryIO) -> None:
    """The header holds the columns' keys, so that programs read both languages alike."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=False)
    try:
        writer = csv.writer(text, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
        writer.writerow([column.key for column in report.rows.columns])
        for row in report.rows.rows:
            writer.writerow([_field(value) for value in row])
        text.flush()
    finally:
        text.detach()


def _field(value: Cell) -> str | int | float | Decimal | None:
    if isinstance(value, str):
        cleaned = clean(value)
        return f"'{cleaned}" if looks_like_formula(cleaned) else cleaned
    return plain(value)
