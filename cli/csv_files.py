"""Read a table from CSV or CSV.gz, whatever its size, naming file and line where it is wrong."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

csv.field_size_limit(10_000_000)

DELIMITERS = (",", ";", "\t", "|")
LONGEST_HEADER = 100_000
# What a file begins with that says so.
UTF_16 = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class InvalidTable(ValueError):
    """A file is no CSV, or lacks a column."""


def column_names(path: Path) -> list[str]:
    """What the first line names.

    Raises:
        InvalidTable: not UTF-8 CSV.
    """
    with _reader(path) as reader:
        return list(reader.fieldnames or ())


def read_table(path: Path, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    """Rows that have at least `columns`.

    Raises:
        InvalidTable: not UTF-8 CSV, a column is missing, or a line has too few cells.
    """
    with _reader(path) as reader:
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            found = ", ".join(reader.fieldnames or ()) or "nothing"
            raise InvalidTable(f"the first line lacks the column {missing[0]!r}; it names {found}")
        for row in reader:
            if any(row[column] is None for column in columns):
                raise InvalidTable(f"line {reader.line_num} has fewer cells than the first line")
            # Under no name: what a text with a comma in it, and without quotes, pushes out of its column.
            if any(row.pop(None, ())):
                said = f"line {reader.line_num} has more cells than the first line"
                raise InvalidTable(f"{said}: a text with {reader.reader.dialect.delimiter!r} in it must stand between quotes")
            yield row


@contextmanager
def _reader(path: Path) -> Iterator[csv.DictReader[str]]:
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as raw:
            buffered = io.BufferedReader(raw)
            text = io.TextIOWrapper(buffered, encoding=_encoding(buffered.peek(2)[:2]), newline="")
            first = text.readline(LONGEST_HEADER)
            text.seek(0)
            yield csv.DictReader(text, delimiter=_delimiter(first))
    except UnicodeDecodeError as error:
        wrong = error.object[error.start]
        raise InvalidTable(f"not a readable CSV file: byte 0x{wrong:02x} is no UTF-8; save it as “CSV UTF-8”") from error
    except (UnicodeError, csv.Error, OSError, EOFError, zlib.error) as error:
        raise InvalidTable(f"not a readable CSV file: {error}") from error


def _encoding(first: bytes) -> str:
    """UTF-8, with or without a mark, unless a mark or the empty half of a letter says that a spreadsheet wrote UTF-16."""
    if len(first) == 2 and 0 in first and first != b"\0\0":
        return "utf-16-le" if first[1] == 0 else "utf-16-be"
    return UTF_16.get(first, "utf-8-sig")


def _delimiter(first_line: str) -> str:
    """What parts the names in the first line: a comma, unless another one stands there and no comma does."""
    bare = "".join(first_line.split('"')[::2])
    return max(DELIMITERS, key=lambda each: (bare.count(each) > 0, -DELIMITERS.index(each)))
