"""Every chart of every workbook draws cells that are filled, under its table's title, with axes, beside the table.

Nothing here opens a spreadsheet program: what is read is the package that such a program reads.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from zipfile import ZipFile

import pytest
from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from services.reports import (
    REPORT_NAMES,
    PlanFactRow,
    Report,
    ReportFormat,
    Scope,
    assistant_report,
    month_close_report,
    performers_report,
    process_performance_report,
    sla_report,
    tickets_report,
    write_report,
)
from tests.unit.services.reports.report_rows import (
    make_draft,
    make_element,
    make_promise,
    make_scope,
    make_task,
    make_ticket,
    make_use,
)

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
CELLS = (
    PlanFactRow("2026-11", "O'Hara & Söhne", "Loyalty", "income", "Sales", Decimal(100), Decimal("90.5")),
    PlanFactRow("2026-11", "Vega", "Loyalty", "expense", "Wages", Decimal(40), Decimal(60)),
)
MAKERS: dict[str, Callable[[Scope], Report]] = {
    "tickets": lambda scope: tickets_report([make_ticket(1), make_ticket(2, team="", category="", priority="")], scope),
    "performers": lambda scope: performers_report([make_task(), make_task(7, assignee="ada", groups=())], scope),
    "sla": lambda scope: sla_report([make_promise(), make_promise(2, team="", priority="", late_ms=5)], scope),
    "process-performance": lambda scope: process_performance_report(
        [make_element(), make_element("", element_type="PROCESS")], scope
    ),
    "assistant": lambda scope: assistant_report([make_draft(), make_draft(category="", verdict="open")], [make_use()], scope),
    "month-close": lambda scope: month_close_report(CELLS, (), "RUB", scope),
}


@dataclass(frozen=True)
class Drawn:
    """A chart as it stands in the package, and the sheet whose cells it draws."""

    xml: etree._Element
    sheet: Worksheet

    def texts(self, path: str) -> list[str]:
        return [each.text for each in self.xml.iterfind(path.replace("c:", C))]

    def cells(self, reference: str) -> list[object]:
        sheet_name, _mark, span = reference.rpartition("!")
        assert sheet_name.strip("'") == self.sheet.title
        left, top, right, bottom = range_boundaries(span)
        return [cell for row in self.sheet.iter_rows(top, bottom, left, right, values_only=True) for cell in row]


def charts_of(name: str, language: str) -> Iterator[Drawn]:
    out = io.BytesIO()
    write_report(MAKERS[name](make_scope(language)), ReportFormat.XLSX, out)
    summary = load_workbook(out).worksheets[0]
    with ZipFile(out) as package:
        for part in sorted(package.namelist()):
            if part.startswith("xl/charts/chart"):
                yield Drawn(etree.fromstring(package.read(part)), summary)


def test_every_report_is_looked_at() -> None:
    assert set(MAKERS) == set(REPORT_NAMES)


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("name", REPORT_NAMES)
def test_a_chart_draws_filled_cells_of_its_own_table(name: str, language: str) -> None:
    charts = list(charts_of(name, language))

    assert charts
    for chart in charts:
        titles = [chart.cells(each) for each in chart.texts(".//c:ser/c:tx/c:strRef/c:f")]
        labels = [chart.cells(each) for each in chart.texts(".//c:ser/c:cat/c:strRef/c:f")]
        values = [chart.cells(each) for each in chart.texts(".//c:ser/c:val/c:numRef/c:f")]
        assert len(titles) == len(labels) == len(values) == 2
        assert all(isinstance(title, str) and title for [title] in titles)
        assert all(isinstance(label, str) and label for each in labels for label in each)
        assert all(isinstance(value, int | float) for each in values for value in each)
        assert [len(each) for each in labels] == [len(each) for each in values]


@pytest.mark.parametrize("name", REPORT_NAMES)
def test_a_chart_has_a_title_of_its_own_place_and_both_axes(name: str) -> None:
    headings = {row[0] for row in next(charts_of(name, "en")).sheet.iter_rows(values_only=True)}

    for chart in charts_of(name, "en"):
        [title] = ["".join(each.itertext()).strip() for each in chart.xml.iterfind(f".//{C}chart/{C}title/{C}tx")]
        [area] = chart.xml.iterfind(f".//{C}plotArea")
        assert title in headings
        assert [each.get("val") for each in area.iterfind(f"./*/{C}delete")] == ["0", "0"]
        assert [each.get("val") for each in chart.xml.iter(f"{C}overlay")] == ["0", "0"]


@pytest.mark.parametrize("name", REPORT_NAMES)
def test_no_chart_lies_on_a_filled_cell_or_on_another_chart(name: str) -> None:
    [drawn, *_others] = charts_of(name, "en")

    covered: set[tuple[int, int]] = set()
    for chart in drawn.sheet._charts:
        corner, height = chart.anchor._from, chart.anchor.ext.height if chart.anchor.ext else 0
        # A row of a new sheet is 15 points high, a point 12,700 units.
        rows = range(corner.row + 1, corner.row + 2 + int(height / 12_700 / 15))
        cells = {(row, corner.col + 1) for row in rows}
        filled = [cell.coordinate for row in rows for cell in drawn.sheet[row][corner.col :] if cell.value is not None]
        assert filled == []
        assert not covered & cells
        covered |= cells
