"""Read a table from CSV or CSV.gz, whatever its size, naming file and line where it is wrong."""

import csv
import gzip
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

csv.field_size_limit(1_000_000)


class InvalidTable(ValueError):
    """A file is no CSV, or lacks a column."""


def read_table(path: Path, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    """Rows that have at least `columns`.

    Raises:
        InvalidTable: not UTF-8 CSV, a column is missing, or a line has too few cells.
    """
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as raw:
            reader = csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8-sig", newline=""))
            missing = [column for column in columns if column not in (reader.fieldnames or ())]
            if missing:
                found = ", ".join(reader.fieldnames or ()) or "nothing"
                raise InvalidTable(f"the first line lacks the column {missing[0]!r}; it names {found}")
            for row in reader:
                if any(row[column] is None for column in columns):
                    raise InvalidTable(f"line {reader.line_num} has fewer cells than the first line")
                yield row
    except (UnicodeDecodeError, csv.Error, OSError, EOFError) as error:
        raise InvalidTable(f"not a readable CSV file: {error}") from error
