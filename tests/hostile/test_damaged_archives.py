"""One wrong byte anywhere in a packed file: it is read all the same, or refused by its reader's own error."""

import csv
import gzip
import io
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from cli.csv_files import InvalidTable
from cli.labelled_texts import read_labelled
from services.backup import ArchiveWriter, BackupFailed, Manifest, extract
from services.classification import InvalidModel, load_model, save_model, train
from services.classification.examples import InvalidExamples, load_examples, save_examples
from services.directories.import_files import UnreadableFile, read_rows
from services.finance import UnreadableFile as UnreadableLedger
from services.finance import read_file

DAMAGES = 150
POSTINGS = [[f"2026-03-{day:02}", "Website", "Sales", str(day * 17.5)] for day in range(1, 28)]
PLACES = [["Retail", f"Client {number}", f"Project {number}"] for number in range(30)]
PRINTERS = [[f"printer {number} is broken", "hardware"] for number in range(300)]


def workbook(rows: list[list[str]]) -> bytes:
    book, content = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(content)
    return content.getvalue()


def ledger(_folder: Path) -> bytes:
    return workbook([["date", "project", "article", "amount"], *POSTINGS])


def directories(_folder: Path) -> bytes:
    return workbook([["track", "client", "project"], *PLACES])


def labelled(_folder: Path) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([["text", "label"], *PRINTERS])
    return gzip.compress(text.getvalue().encode())


def examples(folder: Path) -> bytes:
    save_examples([f"printer {number}" for number in range(300)], ["hardware"] * 300, folder / "examples.gz")
    return (folder / "examples.gz").read_bytes()


def model(folder: Path) -> bytes:
    texts = [f"the {thing} {number} is broken" for number in range(10) for thing in ("printer", "password")]
    save_model(train(texts, ["hardware", "access"] * 10), folder / "model.npz")
    return (folder / "model.npz").read_bytes()


def backup(folder: Path) -> bytes:
    (folder / "a").write_bytes(random.Random(1).randbytes(3000) + b"many times the same " * 500)
    with ArchiveWriter.create(folder / "backup.tar.gz") as writer:
        writer.add(folder / "a", "a")
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        about = {"engine_position": 7, "read_models_position": 5, "counts": {"job": 2}, "resources": []}
        writer.finish(Manifest(made_at=moment, parts=writer.parts, **about))
    return (folder / "backup.tar.gz").read_bytes()


def unpacked_backup(folder: Path) -> bytes:
    # Inside gzip almost every wrong byte is caught by its sum: here the parts themselves are reached.
    return gzip.decompress(backup(folder))


READERS: dict[str, tuple[Callable[[Path], bytes], Callable[[Path], object], type[Exception]]] = {
    "ledger": (ledger, lambda path: read_file(path.read_bytes()), UnreadableLedger),
    "directories": (directories, lambda path: read_rows("file.xlsx", path.read_bytes()), UnreadableFile),
    "labelled.csv.gz": (labelled, read_labelled, InvalidTable),
    "examples": (examples, load_examples, InvalidExamples),
    "model": (model, load_model, InvalidModel),
    "backup": (backup, lambda path: extract(path, path.parent / "out"), BackupFailed),
    "unpacked backup": (unpacked_backup, lambda path: extract(path, path.parent / "out"), BackupFailed),
}


@pytest.mark.parametrize("kind", READERS)
def test_a_wrong_byte_is_the_reader_s_own_error_or_none(kind: str, tmp_path: Path) -> None:
    make, read, refusal = READERS[kind]
    whole = make(tmp_path)
    dice = random.Random(kind)
    refused = 0

    for number in range(DAMAGES):
        content = bytearray(whole)
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
        path = tmp_path / str(number) / kind
        path.parent.mkdir()
        path.write_bytes(content)
        try:
            read(path)
        except refusal:
            refused += 1

    assert refused


def test_a_workbook_whose_directory_lies_elsewhere_is_refused(tmp_path: Path) -> None:
    content = bytearray(ledger(tmp_path))
    # The end of a zip file says at its 16th byte where the directory begins (PKWARE's APPNOTE, section 4.3.16).
    content[content.rindex(b"PK\5\6") + 19] ^= 0x40

    with pytest.raises(UnreadableLedger):
        read_file(bytes(content))
