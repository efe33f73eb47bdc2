"""Small charts, drawn by the server: numbers become the places of bars, the template draws them."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 720.0
HEIGHT = 120.0
# What a slot leaves free beside its bars.
GAP = 6.0
# A bar that stands for anything at all can be seen.
LEAST = 2.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `series` counts from 0, `slot` is the row it was made from."""

    slot: int
    series: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    width: float
    height: float
    top: int
    bars: tuple[Bar, ...]


def bars(rows: Sequence[Sequence[int]]) -> Chart:
    """Bars side by side for each row, as high as their share of the largest number."""
    top = max((value for row in rows for value in row), default=0)
    drawn = [bar for slot, row in enumerate(rows) for bar in _of_row(slot, row, len(rows), top)]
    return Chart(WIDTH, HEIGHT, top, tuple(drawn))


def _of_row(slot: int, row: Sequence[int], slots: int, top: int) -> list[Bar]:
    width = (WIDTH / slots - GAP) / len(row)
    left = slot * WIDTH / slots + GAP / 2
    drawn = []
    for series, value in enumerate(row):
        if value > 0:
            height = max(LEAST, value / top * HEIGHT)
            x, y = round(left + series * width, 1), round(HEIGHT - height, 1)
            drawn.append(Bar(slot, series, x, y, round(width, 1), round(height, 1)))
    return drawn
