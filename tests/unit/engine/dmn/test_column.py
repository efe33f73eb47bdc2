"""The index of a column answers what its cells answer."""

from datetime import date, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.dmn.column import Column, bits
from engine.dmn.run import Run
from engine.feel import compile_unary_tests

NUMBER = st.integers(-3, 6).map(str) | st.sampled_from(["2.5", "-0.5"])
TEXT = st.sampled_from(['"a"', '"b"', '"c"'])
OTHER = st.sampled_from(["true", "null", 'date("2020-01-02")', "y", "? > y", 'starts with(?, "a")'])
COMPARISON = st.builds("{} {}".format, st.sampled_from(["<", "<=", ">", ">="]), NUMBER | TEXT | st.just('date("2020-01-02")'))
INTERVAL = st.builds("{}{}..{}{}".format, st.sampled_from("[]("), NUMBER, NUMBER, st.sampled_from("[])"))
TEST = NUMBER | TEXT | OTHER | COMPARISON | INTERVAL
TESTS = st.lists(TEST, min_size=1, max_size=3).map(", ".join)
CELL = TESTS | TESTS.map("not({})".format) | st.just("-")
VALUE = (
    st.integers(-4, 7).map(Decimal)
    | st.sampled_from(["a", "b", "c", "d", "", True, False, None, date(2020, 1, 1), date(2020, 1, 2), date(2020, 1, 3)])
    | st.sampled_from([Decimal("2.5"), Decimal("-0.5"), Decimal("2.0"), 3, 2.5, [Decimal(1)], {"a": 1}, datetime(2020, 1, 2)])  # noqa: DTZ001
)


@settings(max_examples=150, deadline=None)
@given(cells=st.lists(CELL, min_size=1, max_size=8), values=st.lists(VALUE, min_size=1, max_size=8))
def test_an_indexed_column_matches_as_its_cells_do(cells: list[str], values: list[object]) -> None:
    compiled = [compile_unary_tests(cell) for cell in cells]
    column = Column(compiled)
    context = {"y": 2}

    found = [list(bits(column.matching(value, -1, context, Run(None, audited=False)))) for value in values]

    everything = range(len(cells))
    assert found == [[row for row in everything if compiled[row].matches(value, context) is True] for value in values]
