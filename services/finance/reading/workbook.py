"""XLSX workbooks: a file from outside, so its size and its XML are looked at before a library reads it."""

import io
import re
import zipfile
from datetime import date, datetime
from decimal import Decimal
from xml.etree.ElementTree import ParseError  # the error's name alone

from lxml.etree import LxmlError
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from services.finance.reading.raw import RawRow, rows_under_header
from services.finance.reading.trouble import MAX_CELL, MAX_ROWS, UnreadableFile, no_header, too_many_rows

MAX_UNPACKED = 300 * 1024 * 1024
MAX_RATIO = 200
MAX_MEMBERS = 2_000
MAX_COLUMNS = 200
SHEETS = 20
DAMAGED = (InvalidFileException, zipfile.BadZipFile, ParseError, LxmlError, KeyError, ValueError, TypeError, EOFError)
_DECLARATION = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


def is_workbook(content: bytes) -> bool:
    return content.startswith(b"PK\x03\x04")


def read_workbook(content: bytes) -> list[RawRow]:
    """The rows of the first sheet that has a header. Raises `UnreadableFile`."""
    _require_harmless(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            for sheet in book.worksheets[:SHEETS]:
                has_header, rows = rows_under_header(_table(sheet))
                if has_header:
                    return rows
        finally:
            book.close()
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        ParseError,
        LxmlError,
        KeyError,
        ValueError,
        TypeError,
        EOFError,
    ) as error:
        raise UnreadableFile("the workbook is damaged: open it in a spreadsheet and save it again as XLSX") from error
    raise no_header()


def _table(sheet: object) -> list[tuple[int, list[str]]]:
    found: list[tuple[int, list[str]]] = []
    for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), start=1):  # type: ignore[attr-defined]  # a read-only sheet
        if number > MAX_ROWS:
            raise too_many_rows()
        found.append((number, [_text(value) for value in row]))
    return found


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime() | date():
            return value.strftime("%Y-%m-%d")
        case float():
            # What a spreadsheet shows of a number, without the noise of binary fractions.
            return format(Decimal(repr(round(value, 6))).normalize(), "f")
        case _:
            return str(value)[:MAX_CELL]


def _require_harmless(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            unpacked = sum(member.file_size for member in members)
            if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * len(content) + 10_000_000:
                raise UnreadableFile("the workbook unpacks to far more than a ledger needs: save its values alone")
            for member in members:
                if member.filename.endswith((".xml", ".rels", ".vml")):
                    with archive.open(member) as part:
                        # UTF-16 differs by its zero bytes alone.
                        if _DECLARATION.search(part.read(64_000).replace(b"\0", b"")):
                            raise UnreadableFile("the workbook declares XML entities, which no spreadsheet writes: refused")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise UnreadableFile("the workbook is damaged or locked with a password: save it again as plain XLSX") from error
