"""CSV and other texts with separators, in UTF-8, UTF-16 or the code page 1C writes."""

import csv
import io

from services.finance.reading.raw import RawRow, rows_under_header
from services.finance.reading.trouble import MAX_CELL, MAX_ROWS, UnreadableFile, no_header, too_many_rows

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def decoded(content: bytes) -> str:
    """A byte order mark decides, else UTF-8 where that fits, else the Windows code page of Cyrillic.

    Raises:
        UnreadableFile: it is no text.
    """
    try:
        for mark, encoding in _MARKS:
            if content.startswith(mark):
                return content.decode(encoding)
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            text = content.decode("cp1251")
    except UnicodeDecodeError as error:
        raise UnreadableFile("the file is no text and no workbook: save it as CSV (UTF-8) or XLSX") from error
    if "\0" in text:
        raise UnreadableFile("the file is no text and no workbook: save it as CSV (UTF-8) or XLSX")
    return text


def read_text_table(text: str) -> list[RawRow]:
    """Raises `UnreadableFile`."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    table: list[tuple[int, list[str]]] = []
    begins = 1
    try:
        for cells in reader:
            table.append((begins, [cell[:MAX_CELL] for cell in cells]))
            begins = reader.line_num + 1
            if len(table) > MAX_ROWS:
                raise too_many_rows()
    except csv.Error as error:
        raise UnreadableFile(f"line {reader.line_num} is damaged ({error}): a quote is opened and not closed?") from error
    has_header, rows = rows_under_header(table)
    if not has_header:
        raise no_header()
    return rows


def _delimiter(text: str) -> str:
    """The one that stands most often in the first lines, outside of quotes."""
    outside = "".join(text[:20_000].split('"')[::2])
    return max((";", "\t", ",", "|"), key=lambda one: outside.count(one) if one != "," else outside.count(one) / 2)
