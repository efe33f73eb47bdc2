import gzip
from pathlib import Path

import pytest

from cli.csv_files import InvalidTable, read_table


def test_reads_plain_and_compressed_tables_alike(tmp_path: Path) -> None:
    table = b'text,label\n"a, ""b""\nc",X\n'
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbf" + table)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(table))

    plain, compressed = (list(read_table(tmp_path / name, ["text"])) for name in ("a.csv", "a.csv.gz"))

    assert plain == compressed == [{"text": 'a, "b"\nc', "label": "X"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_reads_what_a_spreadsheet_saves(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.csv").write_bytes("text;label;\r\nне печатает;X;\r\n".encode(encoding))

    assert list(read_table(tmp_path / "a.csv", ["text", "label"])) == [{"text": "не печатает", "label": "X", "": ""}]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "names nothing"),
        (b"body,label\nx,y\n", "lacks the column 'text'; it names body, label"),
        (b"label,text\nonly one cell\n", "line 2 has fewer cells"),
        (b"text,label\nhello, there,x\n", "line 2 has more cells than the first line: a text with ',' in it"),
        (b"text\n\xff\xfe\n", "not a readable CSV file: byte 0xff is no UTF-8; save it as"),
        (b"text\n" + b"x" * 10_100_000, "not a readable CSV"),
    ],
)
def test_says_where_a_table_is_wrong(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "a.csv").write_bytes(content)

    with pytest.raises(InvalidTable, match=reason):
        list(read_table(tmp_path / "a.csv", ["text"]))


def test_a_damaged_archive_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"text\nx\n" * 1000)[:40])

    with pytest.raises(InvalidTable, match="not a readable CSV"):
        list(read_table(tmp_path / "a.csv.gz", ["text"]))
