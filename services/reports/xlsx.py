"""A report as an Excel workbook: a sheet of summaries with charts, the long table, and the method.

Rows go to a file as they come, so memory does not grow with them. Totals are formulas over what the filter shows.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, BinaryIO, cast

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell as ExcelCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from services.reports.cells import EXCEL_CELL_UNITS, clean, cut_units, looks_like_formula
from services.reports.document import Cell, Column, Kind, Report, Row, Table, Total
from services.reports.progress import TooManyRows
from services.reports.texts import translator
from services.reports.xlsx_chart import bar_chart
from services.reports.xlsx_package import save

# One for the header, one for the totals.
MOST_ROWS = 1_048_576 - 2
NUMBER_FORMATS = {
    Kind.TEXT: "@",
    Kind.NUMBER: "#,##0",
    Kind.MOMENT: "yyyy-mm-dd hh:mm:ss",
    Kind.DURATION: "[h]:mm:ss.000",
    Kind.SHARE: "0.0%",
    Kind.MONEY: "#,##0.00;[Red]-#,##0.00",
    Kind.SMALL_MONEY: "#,##0.0000;[Red]-#,##0.0000",
}
# In characters, on the sheet of summaries: names stand first, and no number may turn into ####.
FIRST_WIDTH, LEAST_WIDTH = 34, 14
LEAST_WIDTHS = {Kind.MONEY: 20, Kind.MOMENT: 20, Kind.DURATION: 18, Kind.TEXT: 16}
HEADER_FILL = PatternFill("solid", fgColor="FFE3EEF4")
# Beside the widest of most tables; a wider one pushes its chart on.
CHART_COLUMN = 8
CHART_ROWS = 14


def write_xlsx(report: Report, out: BinaryIO) -> None:
    """Raises TooManyRows before the sheet would be broken."""
    _ = translator(report.scope.language)
    book = Workbook(write_only=True)
    try:
        _fill(book, report, _("Summary"), _("Method"), _("Total"))
        book.calculation.fullCalcOnLoad = True
        book.properties.title = report.title
        book.properties.creator = "Penstock"
        save(book, report.scope.asked_at, out)
    except BaseException:
        _give_up(book)
        raise


def _fill(book: Workbook, report: Report, summary_title: str, method_title: str, total: str) -> None:
    summary, rows = _sheet(book, summary_title), _sheet(book, report.rows.title)
    _write_rows(rows, report.rows, total)
    _write_summary(summary, report, total)
    _write_method(_sheet(book, method_title), report)


def _give_up(book: Workbook) -> None:
    """Remove the sheets' temporary files."""
    for sheet in cast("list[Any]", book.worksheets):
        if not sheet.closed:
            sheet.close()
            sheet._writer.cleanup()  # noqa: SLF001  # the library offers no other way


def _sheet(book: Workbook, title: str) -> Worksheet:
    # A write-only sheet offers what of a sheet is used here; its own type does not say so.
    return cast("Worksheet", book.create_sheet(title))


def _write_rows(sheet: Worksheet, table: Table, total: str) -> None:
    for number, column in enumerate(table.columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = max(column.width, len(column.title)) + 2
    sheet.freeze_panes = "A2"
    sheet.append(_header(sheet, table))
    brush = _Brush(sheet, table.columns)
    last = 1
    for last, row in enumerate(table.rows, start=2):
        if last > MOST_ROWS + 1:
            raise TooManyRows(MOST_ROWS)
        sheet.append(brush.row(row))
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{last}"
    if last > 1 and any(column.total for column in table.columns):
        sheet.append(list(_totals(sheet, table, 2, last, total)))


def _write_summary(sheet: Worksheet, report: Report, total: str) -> None:
    tables = report.summary()
    for number, width in enumerate(_summary_widths(tables), start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    period = report.scope.period
    sheet.append([_styled(sheet, report.title, Font(bold=True, size=16))])
    sheet.append([_styled(sheet, f"{period.first.isoformat()} – {period.last.isoformat()}", Font(color="FF5B6B75"))])
    row_number = 2
    for table in tables:
        row_number = _write_block(sheet, table, row_number + 2, total)


def _summary_widths(tables: Sequence[Table]) -> list[int]:
    """The columns of all tables stand under each other: each is as wide as the widest of them asks."""
    most = max((len(table.columns) for table in tables), default=0)
    widths = [FIRST_WIDTH] + [LEAST_WIDTH] * (most - 1)
    for table in tables:
        for number, column in enumerate(table.columns[1:], start=1):
            longest_word = max(map(len, column.title.split()), default=0)
            widths[number] = max(widths[number], LEAST_WIDTHS.get(column.kind, 0), min(longest_word + 5, FIRST_WIDTH))
    return widths


def _write_block(sheet: Worksheet, table: Table, first: int, total: str) -> int:
    """One table from a row on, its chart beside it; returns the last row that either takes."""
    sheet.append([])
    sheet.append([_styled(sheet, table.title, Font(bold=True, size=13))])
    sheet.append(_header(sheet, table))
    brush = _Brush(sheet, table.columns)
    header = last = first + 1
    for row in table.rows:
        sheet.append(brush.row(row))
        last += 1
    if last == header:
        return last
    if any(column.total for column in table.columns):
        sheet.append(list(_totals(sheet, table, header + 1, last, total)))
    if table.chart:
        column = get_column_letter(max(CHART_COLUMN, len(table.columns) + 2))
        sheet.add_chart(bar_chart(sheet, table, header, last), f"{column}{first}")
    end = last + 1 if any(column.total for column in table.columns) else last
    while end < first + CHART_ROWS:
        sheet.append([])
        end += 1
    return end


def _write_method(sheet: Worksheet, report: Report) -> None:
    sheet.column_dimensions["A"].width = 32
    sheet.column_dimensions["B"].width = 100
    for term, meaning in report.method:
        cell = _styled(sheet, meaning, Font())
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.append([_styled(sheet, term, Font(bold=True)), cell])


class _Brush:
    """Turns values into cells; one cell for each column is filled again and again, for speed."""

    def __init__(self, sheet: Worksheet, columns: tuple[Column, ...]) -> None:
        self._columns = columns
        self._cells = [WriteOnlyCell(sheet) for _ in columns]
        self._guarded = [WriteOnlyCell(sheet) for _ in columns]
        for column, cell, guarded in zip(columns, self._cells, self._guarded, strict=True):
            cell.number_format = guarded.number_format = NUMBER_FORMATS[column.kind]
            guarded.quotePrefix = True

    def row(self, row: Row) -> list[ExcelCell | None]:
        return [
            None if value is None or value == "" else _filled(cell, guarded, column.kind, value)
            for column, cell, guarded, value in zip(self._columns, self._cells, self._guarded, row, strict=True)
        ]


def _filled(cell: ExcelCell, guarded: ExcelCell, kind: Kind, value: Cell) -> ExcelCell:
    match value:
        case str():
            text = cut_units(clean(value), EXCEL_CELL_UNITS, " … (cut)")
            filled = guarded if looks_like_formula(text) else cell
            filled.value = text
            # Whatever it looks like: `=1+1`, `#N/A`.
            filled.data_type = "s"
            return filled
        case datetime():
            # Excel knows no zones; the column's title names UTC.
            cell.value = value.replace(tzinfo=None)
        case _ if kind is Kind.DURATION:
            cell.value = timedelta(milliseconds=float(value or 0)).total_seconds() / 86_400
        case _:
            cell.value = value
    return cell


def _header(sheet: Worksheet, table: Table) -> list[ExcelCell]:
    cells = []
    for column in table.columns:
        cell = _styled(sheet, column.title, Font(bold=True))
        cell.fill = HEADER_FILL
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cells.append(cell)
    return cells


def _totals(sheet: Worksheet, table: Table, first: int, last: int, label: str) -> Iterator[ExcelCell | None]:
    """SUBTOTAL counts what the filter shows: 109 sums, 103 counts, 101 is the mean."""
    functions = {Total.SUM: "SUBTOTAL(109,{0})", Total.COUNT: "SUBTOTAL(103,{0})", Total.MEAN: "SUBTOTAL(101,{0})"}
    for number, column in enumerate(table.columns, start=1):
        letter = get_column_letter(number)
        if column.total is Total.NONE:
            yield _styled(sheet, label, Font(bold=True)) if number == 1 else None
            continue
        formula = functions[column.total].format(f"{letter}{first}:{letter}{last}")
        cell = _styled(sheet, f'=IFERROR({formula},"")', Font(bold=True))
        is_label = number == 1
        cell.number_format = f'"{label}: "#,##0' if is_label else NUMBER_FORMATS[column.kind]
        yield cell


def _styled(sheet: Worksheet, value: str, font: Font) -> ExcelCell:
    """A cell of our own words."""
    cell: ExcelCell = WriteOnlyCell(sheet, value)
    cell.font = font
    return cell
