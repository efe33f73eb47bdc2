"""Which shape a file has, told by its content and never by its name alone."""

from enum import StrEnum

from services.finance.reading.bank_exchange import is_bank_exchange, read_bank_exchange
from services.finance.reading.days import with_plain_days
from services.finance.reading.encodings import decoded
from services.finance.reading.raw import RawRow
from services.finance.reading.text_table import read_text_table
from services.finance.reading.trouble import MAX_ROWS, UnreadableFile
from services.finance.reading.workbook import is_workbook, read_workbook

__all__ = ["MAX_ROWS", "Shape", "UnreadableFile", "read_file"]

MAX_BYTES = 20 * 1024 * 1024
# What old Excel files and password-locked new ones are packed in.
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = ("<html", "<!doctype", "<table", "<?xml", "<workbook", "{\\rtf", "%pdf")


class Shape(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    BANK = "1c_bank"


def read_file(content: bytes) -> tuple[Shape, list[RawRow]]:
    """The rows of a file.

    Raises:
        UnreadableFile: it is none of the shapes, too large, or damaged; the text says what to do.
    """
    if not content:
        raise UnreadableFile("EMPTY")
    if len(content) > MAX_BYTES:
        raise UnreadableFile("TOO_LARGE", megabytes=MAX_BYTES // 1024 // 1024)
    if is_workbook(content):
        return Shape.XLSX, _some(read_workbook(content))
    if is_bank_exchange(content):
        return Shape.BANK, _some(read_bank_exchange(content))
    if content.startswith(_COMPOUND):
        raise UnreadableFile("OLD_OR_LOCKED")
    text = decoded(content)
    if text[:1000].lstrip("\ufeff \r\n\t").casefold().startswith(_MARKUP):
        raise UnreadableFile("A_DOCUMENT")
    return Shape.CSV, _some(read_text_table(text))


def _some(rows: list[RawRow]) -> list[RawRow]:
    if not rows:
        raise UnreadableFile("NO_ROWS")
    return with_plain_days(rows)
