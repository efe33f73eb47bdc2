"""XLSX workbooks: the values that were saved with them, as the sheet shows them; nothing in them is ever calculated or run."""

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import ParseError  # the error's name alone

from lxml.etree import LxmlError
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import from_excel
from openpyxl.utils.exceptions import InvalidFileException

from services.finance.reading.formats import currency_shown
from services.finance.reading.headings import MONEY
from services.finance.reading.packages import merges_of, require_harmless
from services.finance.reading.raw import RawRow, RowsUnderHeader
from services.finance.reading.trouble import MAX_CELL, UnreadableFile, no_header

MAX_COLUMNS = 200
LAST_ROW = 1_048_576
# Of a further sheet no more is looked at to see whether it is a ledger, too.
HEADER_WITHIN = 200
# Days as spreadsheets count them, of 1990 to 2100.
FIRST_DAY, LAST_DAY = 32_874, 73_415
DAMAGED = (
    *(InvalidFileException, zipfile.BadZipFile, zlib.error, ParseError, LxmlError),
    *(KeyError, ValueError, TypeError, EOFError),
)


def is_workbook(content: bytes) -> bool:
    return content.startswith(b"PK\x03\x04")


def read_workbook(content: bytes) -> list[RawRow]:
    """The rows of the one visible sheet that has a header. Raises `UnreadableFile`."""
    require_harmless(content)
    try:
        book = _opened(content, values=True)
        try:
            sheet = _ledger(book)
            merges = merges_of(content, sheet._worksheet_path)  # noqa: SLF001  # a sheet read by rows does not tell its merges
            found = RowsUnderHeader(merges).read(_table(sheet))
            rows = [_with_day(row, book.epoch) for row in found.rows]
            return _with_formulas(content, sheet.title, found, rows) if _has_holes(rows) else rows
        finally:
            book.close()
    except DAMAGED as error:
        raise UnreadableFile("DAMAGED") from error


def _opened(content: bytes, *, values: bool) -> Workbook:
    return load_workbook(io.BytesIO(content), read_only=True, data_only=values, keep_links=False)


def _ledger(book: Workbook) -> Any:  # noqa: ANN401  # openpyxl's read-only sheet has no types
    """The sheet to read: which of two a person means is not guessed, and what they do not see is not booked."""
    found = {True: list[Any](), False: list[Any]()}
    for sheet in book.worksheets:
        found[sheet.sheet_state == "visible"].append(sheet)
    ledgers = [sheet for sheet in found[True] if _has_header(sheet)]
    if len(ledgers) > 1:
        names = ", ".join(f"“{sheet.title}”" for sheet in ledgers[:5])
        raise UnreadableFile("SEVERAL_SHEETS", names=names)
    if ledgers:
        return ledgers[0]
    if hidden := next((sheet for sheet in found[False] if _has_header(sheet)), None):
        raise UnreadableFile("SHEET_HIDDEN", name=hidden.title)
    raise no_header()


def _has_header(sheet: object) -> bool:
    found = RowsUnderHeader()
    for number, texts in _table(sheet):
        found.read([(number, texts)])
        if found.has_header or number >= HEADER_WITHIN:
            break
    return found.has_header


def _table(sheet: Any) -> Iterator[tuple[int, list[str]]]:  # noqa: ANN401  # as above
    for number, row in _cells(sheet):
        yield number, [_text(cell) for cell in row]


def _cells(sheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:  # noqa: ANN401  # as above
    """The rows that have cells. How large a sheet says it is counts for nothing: programs write what they like there."""
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if number > LAST_ROW:
            raise UnreadableFile("ROW_BEYOND", last=f"{LAST_ROW:,}")
        if row:
            yield number, row[:MAX_COLUMNS]


def _text(cell: Any) -> str:  # noqa: ANN401  # as above
    value = cell.value
    match value:
        case None:
            return ""
        case datetime() | date():
            return value.strftime("%Y-%m-%d")
        case bool():
            return str(value)
        case int() | float():
            return f"{_number(value)} {currency_shown(cell.number_format, cell.style_array.numFmtId)}".rstrip()
        case _:
            return str(value)[:MAX_CELL]


def _number(value: float) -> str:
    """What a spreadsheet shows of a number, without the noise of binary fractions."""
    return str(value) if isinstance(value, int) else format(Decimal(repr(round(value, 6))).normalize(), "f")


def _with_day(row: RawRow, epoch: datetime) -> RawRow:
    """A day that lost its format is the number that spreadsheets count days by."""
    text = row.cells.get("date", "")
    whole = text.partition(".")[0]
    if not whole.isascii() or not whole.isdigit() or len(whole) != 5 or not FIRST_DAY <= int(whole) <= LAST_DAY:
        return row
    day = from_excel(int(whole), epoch)
    return replace(row, cells={**row.cells, "date": day.strftime("%Y-%m-%d")})


def _has_holes(rows: Sequence[RawRow]) -> bool:
    return any("date" not in row.cells or not MONEY & row.cells.keys() for row in rows)


def _with_formulas(content: bytes, title: str, found: RowsUnderHeader, rows: Sequence[RawRow]) -> list[RawRow]:
    """A formula whose result was never saved reads as nothing: the formula itself is shown, so that its row says why."""
    book = _opened(content, values=False)
    try:
        formulas = _formulas(book[title], found)
    finally:
        book.close()
    return [replace(row, cells={**formulas.get(row.number, {}), **row.cells}) for row in rows]


def _formulas(sheet: object, found: RowsUnderHeader) -> Mapping[int, dict[str, str]]:
    kept: dict[int, dict[str, str]] = {}
    for number, row in _cells(sheet):
        for column in found.columns:
            if column.index < len(row) and row[column.index].data_type == "f":
                formula = row[column.index].value
                kept.setdefault(number, {})[column.field] = str(getattr(formula, "text", None) or formula)[:MAX_CELL]
    return kept
