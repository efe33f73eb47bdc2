"""Bars on paper: all of them inside the chart, whatever their sign."""

from collections.abc import Iterator
from typing import Any

import pytest
from reportlab.graphics.charts.barcharts import VerticalBarChart
from reportlab.graphics.shapes import Group, Rect

from services.reports.document import Column, Kind, Table
from services.reports.pdf_chart import WIDEST_BAR, bar_chart, has_bars
from services.reports.pdf_pages import embed_font

COLUMNS = (Column("group", "Group"), Column("plan", "Plan", Kind.MONEY), Column("fact", "Fact", Kind.MONEY))


def chart_of(rows: list[tuple[Any, ...]]) -> VerticalBarChart:
    embed_font()
    drawing = bar_chart(Table("t", "T", COLUMNS, rows, chart=("plan", "fact")), rows, 700)
    return next(each for each in drawing.contents if isinstance(each, VerticalBarChart))


def bars(group: Group) -> Iterator[Rect]:
    for each in group.contents:
        if isinstance(each, Group):
            yield from bars(each)
        elif isinstance(each, Rect) and each.fillColor is not None:
            yield each


@pytest.mark.parametrize(
    "rows",
    [
        [("a", 5, 3)],
        [("a", -1_493_000, 30_000), ("b", 787_000, -995_000), ("c", 0, 0)],
        [("a", -7, -3)],
        [(str(number), number, -number) for number in range(31)],
        [("a", 0.2, 0.1)],
    ],
)
def test_every_bar_stands_inside_its_chart(rows: list[tuple[Any, ...]]) -> None:
    chart = chart_of(rows)

    drawn = [each for each in bars(chart.draw()) if each.height]

    assert drawn
    for bar in drawn:
        left, right = sorted((bar.x, bar.x + bar.width))
        bottom, top = sorted((bar.y, bar.y + bar.height))
        assert chart.x - 0.01 <= left <= right <= chart.x + chart.width + 0.01
        assert chart.y - 0.01 <= bottom <= top <= chart.y + chart.height + 0.01
        assert right - left <= WIDEST_BAR + 0.01


def test_nothing_but_zeros_is_no_chart() -> None:
    table = Table("t", "T", COLUMNS, [], chart=("plan", "fact"))

    assert [has_bars(table, [("a", 0, None)]), has_bars(table, [("a", 0, -1)])] == [False, True]
