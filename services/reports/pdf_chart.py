"""Bars beside each other for each row of a summary, drawn as vectors."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from reportlab.graphics.charts.barcharts import VerticalBarChart
from reportlab.graphics.charts.legends import Legend
from reportlab.graphics.shapes import Drawing
from reportlab.lib import colors
from reportlab.lib.units import mm

from services.reports.cells import cut
from services.reports.document import Row, Table
from services.reports.pdf_pages import ACCENT, FONT, QUIET
from services.reports.written import written

HEIGHT = 52 * mm
COLORS = (ACCENT, colors.HexColor("#E08E2B"))
# More groups than this cannot be told apart on paper.
MOST_GROUPS = 31


def bar_chart(table: Table, rows: Sequence[Row], width: float) -> Drawing:
    """The last groups where there are too many: those of days are the newest."""
    shown = rows[-MOST_GROUPS:]
    numbers = [[column.key for column in table.columns].index(key) for key in table.chart]
    drawing = Drawing(width, HEIGHT)
    chart: Any = VerticalBarChart()
    chart.x, chart.y = 36, 24
    chart.width, chart.height = width - 150, HEIGHT - 34
    chart.data = [[_number(row[number]) for row in shown] for number in numbers]
    top = max((value for series in chart.data for value in series), default=0)
    chart.valueAxis.valueMin = 0
    chart.valueAxis.valueMax = _nice_top(top)
    chart.valueAxis.valueStep = max(1, _nice_top(top) / 4)
    chart.valueAxis.labelTextFormat = lambda value: written(round(value), "en").replace(",", " ")
    chart.categoryAxis.categoryNames = [_label(row[0], len(shown)) for row in shown]
    _dress(chart, is_crowded=len(shown) > 8)
    drawing.add(chart)
    drawing.add(_legend(table, numbers, width))
    return drawing


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float, Decimal)) else 0.0


def _nice_top(top: float) -> int:
    """The next number of the form 4, 8, 20, 40, 80, 200 …, so that four steps are whole."""
    size = 1
    while True:
        for step in (4, 8, 20):
            if top <= step * size:
                return step * size
        size *= 10


def _label(value: object, groups: int) -> str:
    text = written(str(value), "en")
    # A day's year is said above the chart.
    if len(text) == 10 and text[4] == text[7] == "-":
        return text[5:]
    return cut(text, 8 if groups > 16 else 14 if groups > 8 else 18)


def _dress(chart: Any, *, is_crowded: bool) -> None:  # noqa: ANN401  # as above
    for axis in (chart.valueAxis, chart.categoryAxis):
        axis.labels.fontName = FONT
        axis.labels.fontSize = 6 if is_crowded else 7
        axis.labels.fillColor = QUIET
        axis.strokeColor = QUIET
        axis.strokeWidth = 0.4
    chart.valueAxis.visibleGrid = True
    chart.valueAxis.gridStrokeColor = colors.HexColor("#D5DEE3")
    chart.valueAxis.gridStrokeWidth = 0.3
    if is_crowded:
        chart.categoryAxis.labels.angle = 40
        chart.categoryAxis.labels.boxAnchor = "ne"
    chart.barWidth, chart.groupSpacing, chart.barSpacing = 8, 6, 0.5
    for number, color in enumerate(COLORS):
        chart.bars[number].fillColor = color
        chart.bars[number].strokeColor = None


def _legend(table: Table, numbers: Sequence[int], width: float) -> Any:  # noqa: ANN401  # the library gives every attribute the type of its default
    legend: Any = Legend()
    legend.x, legend.y = width - 100, HEIGHT - 12
    legend.fontName, legend.fontSize, legend.fillColor = FONT, 7.5, QUIET
    legend.alignment = "right"
    legend.dx = legend.dy = 7
    legend.strokeWidth = 0
    legend.strokeColor = None
    legend.colorNamePairs = [(color, table.columns[number].title) for color, number in zip(COLORS, numbers, strict=False)]
    return legend
