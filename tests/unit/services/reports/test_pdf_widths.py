"""Columns of a PDF's table: what must not be broken is not, and together they are as wide as the page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfbase.pdfmetrics import stringWidth

from services.reports.document import Column, Kind
from services.reports.pdf_widths import SHORT, widths_of

FONT, SIZE, WHOLE = "Helvetica", 6.5, 700.0


def test_a_long_number_takes_room_from_long_text() -> None:
    columns = (Column("text", "Text", width=60), Column("share", "Share of plan", Kind.SHARE, 6))

    text, share = widths_of(columns, [["word " * 40, "-7,685,186.7 %"]], WHOLE / 4, FONT, SIZE)

    assert share >= stringWidth("-7,685,186.7 %", FONT, SIZE)
    assert text > share


@given(
    st.lists(st.tuples(st.integers(4, 60), st.sampled_from(list(Kind)), st.text("ab 1", max_size=60)), min_size=1, max_size=13)
)
def test_columns_fill_the_page_and_none_is_narrower_than_what_it_needs_if_there_is_room(drawn) -> None:
    columns = [Column("key", "Head", kind, width) for width, kind, _text in drawn]
    texts = [text for _width, _kind, text in drawn]

    widths = widths_of(columns, [texts], WHOLE, FONT, SIZE)

    needed = [stringWidth(text, FONT, SIZE) for text in texts]
    needed = [each if column.kind is not Kind.TEXT else min(each, SHORT) for column, each in zip(columns, needed, strict=True)]
    assert sum(widths) == pytest.approx(WHOLE)
    assert all(width > 0 for width in widths)
    if sum(needed) + 30 * len(columns) < WHOLE:
        assert all(width >= need for width, need in zip(widths, needed, strict=True))
