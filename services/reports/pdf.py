"""A report as PDF: summaries with vector charts, then the first rows of the long table, then the method.

Text from outside is escaped before the layout engine, which has a markup of its own, sees it.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, LongTable, PageBreak, SimpleDocTemplate, Spacer, TableStyle

from services.reports.document import Report, Row, Table, Total
from services.reports.pdf_chart import bar_chart, has_bars
from services.reports.pdf_pages import ACCENT, CELL_SIZE, FONT, MARGIN, Heading, NumberedPages, embed_font, paragraph
from services.reports.pdf_widths import widths_of
from services.reports.texts import Translate, translator
from services.reports.written import alignment, written

# Nobody reads more on paper, and a layout of more takes minutes.
MOST_ROWS = 1_000
FEW_ROWS = 12
CHUNK_ROWS = 100
# A frame has six points of padding on each side.
WIDTH = landscape(A4)[0] - 2 * MARGIN - 12
GRID = colors.HexColor("#D5DEE3")
STYLE: Sequence[Any] = (
    ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#E3EEF4")),
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, GRID),
    ("LINEBELOW", (0, 0), (-1, 0), 0.9, ACCENT),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 3),
    ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
)


def write_pdf(report: Report, out: BinaryIO) -> None:
    """Every row is read, since the summaries count them all; the first ones are shown."""
    embed_font()
    _ = translator(report.scope.language)
    shown, count = _read(report.rows)
    document = SimpleDocTemplate(
        out,
        pagesize=landscape(A4),
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN + 4 * mm,
        bottomMargin=MARGIN + 4 * mm,
        title=report.title,
        author="Penstock",
        # Without it the file would hold the moment and a random id.
        invariant=1,
        lang=report.scope.language,
    )
    period = report.scope.period
    story = [
        Heading(report.title, 0),
        paragraph(f"{period.first.isoformat()} – {period.last.isoformat()}", "quiet"),
        Spacer(0, 4 * mm),
        *_summary(report, _),
        PageBreak(),
        Heading(report.rows.title, 1),
        *_rows(report, shown, count, _),
        Heading(_("Method"), 1),
        *(KeepTogether([paragraph(term, "term"), paragraph(meaning, "text")]) for term, meaning in report.method),
    ]
    document.build(story, canvasmaker=NumberedPages.of(report.title))


def _read(table: Table) -> tuple[list[Row], int]:
    rows = iter(table.rows)
    shown = list(islice(rows, MOST_ROWS))
    return shown, len(shown) + sum(1 for _row in rows)


def _summary(report: Report, _: Translate) -> Iterator[Flowable]:
    for table in report.summary():
        rows = list(table.rows)
        heading = Heading(table.title, 1)
        if not rows:
            yield KeepTogether([heading, paragraph(_("No rows in this period."), "quiet")])
            continue
        parts = [heading, *([bar_chart(table, rows, WIDTH)] if table.chart and has_bars(table, rows) else [])]
        lines = _lines(table, [*rows, *_totals(table, rows, _)], report.scope.language)
        numbers = _table(table, lines, _widths(table, lines), has_totals=_has_totals(table))
        # A chart and its few numbers are read together.
        yield KeepTogether([*parts, numbers] if len(rows) <= FEW_ROWS else parts)
        if len(rows) > FEW_ROWS:
            yield numbers
        yield Spacer(0, 6 * mm)


def _rows(report: Report, shown: Sequence[Row], count: int, _: Translate) -> Iterator[Flowable]:
    if not shown:
        yield paragraph(_("No rows in this period."), "quiet")
        return
    if count > len(shown):
        language = report.scope.language
        first, whole = written(len(shown), language), written(count, language)
        yield paragraph(_("The first %s of %s rows. Excel, CSV and JSON hold them all.") % (first, whole), "quiet")
        yield Spacer(0, 2 * mm)
    lines = _lines(report.rows, shown, report.scope.language)
    widths = _widths(report.rows, lines)
    # One table of a thousand rows is laid out in quadratic time.
    for start in range(0, len(lines), CHUNK_ROWS):
        yield _table(report.rows, lines[start : start + CHUNK_ROWS], widths)


def _lines(table: Table, rows: Sequence[Row], language: str) -> list[list[str]]:
    return [[written(value, language, column.kind) for column, value in zip(table.columns, row, strict=True)] for row in rows]


def _widths(table: Table, lines: Sequence[Sequence[str]]) -> list[float]:
    return widths_of(table.columns, lines, WIDTH, FONT, CELL_SIZE)


def _table(table: Table, lines: Sequence[Sequence[str]], widths: Sequence[float], *, has_totals: bool = False) -> LongTable:
    columns = table.columns
    head = [paragraph(column.title, f"head-{alignment(column)}") for column in columns]
    body = [
        [paragraph(text, f"cell-{alignment(column)}") for column, text in zip(columns, line, strict=True)] for line in lines
    ]
    style = [*STYLE, ("FONTNAME", (0, 0), (-1, -1), FONT)]
    if has_totals:
        style.append(("LINEABOVE", (0, -1), (-1, -1), 0.9, ACCENT))
    return LongTable([head, *body], colWidths=list(widths), repeatRows=1, style=TableStyle(style))


def _has_totals(table: Table) -> bool:
    return any(column.total is Total.SUM for column in table.columns)


def _totals(table: Table, rows: Sequence[Row], _: Translate) -> list[Row]:
    if not _has_totals(table):
        return []
    sums = [
        sum(value for row in rows if isinstance(value := row[number], (int, float, Decimal)))
        if column.total is Total.SUM
        else None
        for number, column in enumerate(table.columns)
    ]
    return [(_("Total"), *sums[1:])]
