"""Rows from a CSV or XLSX file that somebody sent: every file is hostile until it has become plain rows of text.

A workbook is looked at as an archive first: how large it would become, and whether a part declares a document type. Formulas
are never evaluated; what counts is the value that was saved with them.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook

MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED = 60 * 1024 * 1024
MAX_PARTS = 2_000
MAX_ROWS = 5_000
MAX_COLUMNS = 60
LAST_ROW = 1_048_576
MAX_CELL = 10_000
DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
HEADERS = {
    "track": ("track", "трек", "направление"),
    "client": ("client", "customer", "клиент", "заказчик"),
    "project": ("project", "проект"),
    "owner": ("owner", "manager", "владелец", "ответственный", "менеджер"),
    "aliases": ("aliases", "alias", "synonyms", "синонимы", "псевдонимы", "другие названия"),
    "context": ("context", "description", "notes", "контекст", "описание", "комментарий"),
}
LEVELS = ("track", "client", "project")


class UnreadableFile(ValueError):
    """The file is no table we can read; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """A line of the table; `number` is what a spreadsheet shows beside it."""

    number: int
    cells: dict[str, str]


def read_rows(name: str, content: bytes) -> list[FileRow]:
    """The rows of a file by our own column names; empty rows are left out.

    Raises:
        UnreadableFile: it is too large, no table, or has none of our columns.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableFile(f"the file has {len(content)} bytes; at most {MAX_BYTES} can be imported: split it")
    if not content.strip():
        raise UnreadableFile("the file is empty")
    lines = _workbook(content) if content.startswith(b"PK") or name.lower().endswith(".xlsx") else _text(content)
    return list(_rows(lines))


def _rows(lines: Iterable[Sequence[str]]) -> Iterator[FileRow]:
    columns: dict[int, str] | None = None
    count = 0
    for number, line in enumerate(lines, start=1):
        if not any(cell.strip() for cell in line):
            continue
        if columns is None:
            columns = _columns(line)
            continue
        count += 1
        if count > MAX_ROWS:
            raise UnreadableFile(f"the file has more than {MAX_ROWS} rows: split it")
        if len(longest := max(line, key=len)) > MAX_CELL:
            raise UnreadableFile(f"row {number} has a cell of {len(longest)} characters; at most {MAX_CELL} fit")
        cells = {name: line[at].strip() for at, name in columns.items() if at < len(line) and line[at].strip()}
        if cells:
            yield FileRow(number, cells)


def _columns(header: Sequence[str]) -> dict[int, str]:
    """Which of our columns stands where."""
    known = {title: name for name, titles in HEADERS.items() for title in titles}
    found: dict[int, str] = {}
    for at, title in enumerate(header[:MAX_COLUMNS]):
        name = known.get(title.strip().casefold())
        if name is not None and name in found.values():
            raise UnreadableFile(f"the file has two columns for {name}: leave one")
        if name is not None:
            found[at] = name
    if not set(found.values()) & set(LEVELS):
        raise UnreadableFile("the first row names none of the columns track, client, project: add a row of headings")
    return found


def _text(content: bytes) -> Iterator[Sequence[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1251")
        except UnicodeDecodeError as error:
            raise UnreadableFile("the file is neither UTF-8 nor Windows-1251 text, nor an .xlsx workbook") from error
    if "\x00" in text:
        raise UnreadableFile("the file holds null characters: save it as UTF-8 CSV or .xlsx")
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(";\t,", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise UnreadableFile(f"the file is no CSV: {error}") from error


def _workbook(content: bytes) -> Iterator[Sequence[str]]:
    _require_harmless(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # openpyxl answers a broken workbook with whatever breaks first
        raise UnreadableFile(f"the workbook cannot be read: {type(error).__name__}; save it again as .xlsx") from error
    try:
        for sheet in book.worksheets[:1]:
            yield from _sheet(sheet)
    except UnreadableFile:
        raise
    except Exception as error:  # as above: rows are parsed while they are read
        raise UnreadableFile(f"the workbook cannot be read: {type(error).__name__}; save it again as .xlsx") from error
    finally:
        book.close()


def _sheet(sheet: Any) -> Iterator[Sequence[str]]:  # noqa: ANN401  # openpyxl's read-only sheet has no types
    """How large it says it is counts for nothing, or rows beyond would be lost; it may have a million columns in each."""
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), start=1):
        if number > LAST_ROW:
            raise UnreadableFile(f"the workbook names a row beyond {LAST_ROW}, which no sheet has: save it again as .xlsx")
        yield [_cell(value) for value in row]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _require_harmless(content: bytes) -> None:
    """Refuse archives that unpack to too much, and parts with a document type, before anything parses them."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise UnreadableFile(f"the workbook unpacks to more than {MAX_UNPACKED // 1024 // 1024} MB: split it")
            for part in parts:
                if part.filename.endswith((".xml", ".rels", ".vml")):
                    with archive.open(part) as stream:
                        # More than the archive claims is never read.
                        data = stream.read(part.file_size + 1)
                    if any(mark in data.upper() for mark in DOCTYPES):
                        raise UnreadableFile("the workbook declares a document type, which no spreadsheet program does")
    except (BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, ValueError, EOFError) as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(f"the file is no .xlsx workbook: {type(error).__name__}") from error
