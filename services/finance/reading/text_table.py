"""CSV and other texts with separators."""

import csv
import io
from collections.abc import Iterator

from services.finance.reading.raw import RawRow, RowsUnderHeader
from services.finance.reading.trouble import MAX_CELL, UnreadableFile, no_header


def read_text_table(text: str) -> list[RawRow]:
    """Raises `UnreadableFile`."""
    found = RowsUnderHeader().read(_table(text))
    if not found.has_header:
        raise no_header()
    return found.rows


def _table(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line that it begins in."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    begins = 1
    try:
        for cells in reader:
            yield begins, [cell[:MAX_CELL] for cell in cells]
            begins = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFile("LINE_DAMAGED", line=reader.line_num) from error


def _delimiter(text: str) -> str:
    """The one that stands most often in the first lines, outside of quotes."""
    outside = "".join(text[:20_000].split('"')[::2])
    return max((";", "\t", ",", "|"), key=lambda one: outside.count(one) if one != "," else outside.count(one) / 2)
