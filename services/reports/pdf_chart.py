"""Bars beside each other for each row of a summary, drawn as vectors."""

import math
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

HEIGHT = 44 * mm
COLORS = (ACCENT, colors.HexColor("#E08E2B"))
# More groups than this cannot be told apart on paper.
MOST_GROUPS = 31
# In points: a single bar across the page says no more than a narrow one.
WIDEST_BAR = 26.0
BARS_SHARE = 0.7


def has_bars(table: Table, rows: Sequence[Row]) -> bool:
    """Whether a chart would show anything: one of nothing but zeros is an empty frame."""
    numbers = [[column.key for column in table.columns].index(key) for key in table.chart]
    return any(_number(row[number]) for row in rows for number in numbers)


def bar_chart(table: Table, rows: Sequence[Row], width: float) -> Drawing:
    """The last groups where there are too many: those of days are the newest."""
    shown = rows[-MOST_GROUPS:]
    numbers = [[column.key for column in table.columns].index(key) for key in table.chart]
    drawing = Drawing(width, HEIGHT)
    chart: Any = VerticalBarChart()
    chart.x, chart.y = 36, 24
    chart.width, chart.height = width - 150, HEIGHT - 34
    chart.data = [[_number(row[number]) for row in shown] for number in numbers]
    low, high, step = _scale([value for series in chart.data for value in series])
    chart.valueAxis.valueMin, chart.valueAxis.valueMax, chart.valueAxis.valueStep = low, high, step
    chart.valueAxis.labelTextFormat = lambda value: written(round(value), "en").replace(",", " ")
    chart.categoryAxis.categoryNames = [_label(row[0], len(shown)) for row in shown]
    _dress(chart, is_crowded=len(shown) > 8)
    room = chart.width / len(shown)
    chart.useAbsolute = 1
    chart.barWidth = min(WIDEST_BAR, room * BARS_SHARE / len(numbers))
    chart.groupSpacing = room - chart.barWidth * len(numbers)
    chart.barSpacing = 0
    drawing.add(chart)
    drawing.add(_legend(table, numbers, width))
    return drawing


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float, Decimal)) else 0.0


def _scale(values: Sequence[float]) -> tuple[int, int, int]:
    """From below the least to above the most, zero among them, in whole steps."""
    step = _nice_top(max(0.0, *values, -min(values))) // 4
    return math.floor(min(0.0, *values) / step) * step, max(1, math.ceil(max(values) / step)) * step, step


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
    # Below the bars that hang down, not among them.
    chart.categoryAxis.labelAxisMode = "low"
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
