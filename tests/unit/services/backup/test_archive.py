"""The archive: whole or not there, and nothing in it is trusted."""

import errno
import io
import os
import sqlite3
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.backup import ArchiveWriter, BackupFailed, Manifest, SqliteSource, extract, freeze, scratch_database
from services.backup.manifest import MANIFEST


def manifest_of(writer: ArchiveWriter) -> Manifest:
    return Manifest(
        made_at=datetime(2026, 1, 1, tzinfo=UTC),
        parts=writer.parts,
        engine_position=7,
        read_models_position=5,
        counts={"job": 2},
        resources=[],
    )


@pytest.fixture(params=["backup.tar", "backup.tar.gz"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    (tmp_path / "a").write_bytes(b"first")
    (tmp_path / "b").write_bytes(b"second" * 1000)
    path = tmp_path / request.param
    with ArchiveWriter.create(path) as writer:
        writer.add(tmp_path / "a", "a")
        writer.add(tmp_path / "b", "reports/b")
        writer.finish(manifest_of(writer))
    return path


def test_what_was_put_in_comes_out(archive: Path, tmp_path: Path) -> None:
    manifest = extract(archive, tmp_path / "out")

    assert manifest.engine_position == 7
    assert (tmp_path / "out" / "a").read_bytes() == b"first"
    assert (tmp_path / "out" / "reports" / "b").read_bytes() == b"second" * 1000
    assert archive.stat().st_mode & 0o077 == 0


def test_nothing_is_left_of_an_archive_that_could_not_be_finished(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), ArchiveWriter.create(tmp_path / "x.tar") as writer:
        writer.add(tmp_path / "missing", "missing")

    assert list(tmp_path.iterdir()) == []


def test_an_archive_that_is_there_is_not_overwritten(archive: Path) -> None:
    before = archive.read_bytes()

    with pytest.raises(BackupFailed, match="is there already"), ArchiveWriter.create(archive):
        pass

    assert archive.read_bytes() == before


def test_one_changed_byte_is_found(archive: Path, tmp_path: Path) -> None:
    content = bytearray(archive.read_bytes())
    place = content.find(b"first") if archive.suffix == ".tar" else len(content) // 2
    content[place] ^= 1
    archive.write_bytes(content)

    with pytest.raises(BackupFailed):
        extract(archive, tmp_path / "out")


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6])
def test_an_archive_that_was_cut_off_is_refused(archive: Path, tmp_path: Path, share: float) -> None:
    content = archive.read_bytes()
    archive.write_bytes(content[: int(len(content) * share)])

    with pytest.raises(BackupFailed):
        extract(archive, tmp_path / "out")


def file(name: str, content: bytes = b"x") -> Callable[[tarfile.TarFile], None]:
    def add(tar: tarfile.TarFile) -> None:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))

    return add


def link(name: str, target: str, kind: bytes) -> Callable[[tarfile.TarFile], None]:
    def add(tar: tarfile.TarFile) -> None:
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname = kind, target
        tar.addfile(entry)

    return add


@pytest.mark.parametrize(
    "add",
    [
        file("../outside"),
        file("/tmp/outside"),
        file("a/../../outside"),
        file("unnamed in the manifest"),
        file(MANIFEST, b"not JSON"),
        file(MANIFEST, b"[" * 100_000),
        link("link", "/etc/passwd", tarfile.SYMTYPE),
        link("link", "a", tarfile.LNKTYPE),
        link("device", "", tarfile.CHRTYPE),
    ],
)
def test_a_hostile_archive_writes_nothing_outside(tmp_path: Path, add: Callable[[tarfile.TarFile], None]) -> None:
    path, out = tmp_path / "evil.tar", tmp_path / "deep" / "out"
    with tarfile.open(path, "w") as tar:
        add(tar)
        empty = Manifest(
            made_at=datetime(2026, 1, 1, tzinfo=UTC),
            parts=[],
            engine_position=0,
            read_models_position=0,
            counts={},
            resources=[],
        )
        file(MANIFEST, empty.encode())(tar)

    with pytest.raises(BackupFailed):
        extract(path, out)

    assert not (tmp_path / "outside").exists()
    assert not (tmp_path / "deep" / "outside").exists()
    assert not Path("/tmp/outside").exists()


@pytest.mark.parametrize(("content", "why"), [(b"hello" * 1000, "it is no tar archive"), (b"", "it is empty")])
def test_something_else_is_no_backup(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "x.tar").write_bytes(content)

    with pytest.raises(BackupFailed, match=f"cannot be read as a backup: {why}$"):
        extract(tmp_path / "x.tar", tmp_path / "out")


def test_a_full_disk_says_nothing_against_the_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with tarfile.open(tmp_path / "x.tar", "w") as tar:
        file("notes.txt", b"text")(tar)

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(BackupFailed, match=r"there is no room in .* the archive may be good"):
        extract(tmp_path / "x.tar", tmp_path / "out" / "inside")


def test_a_server_that_is_away_is_no_matter_of_rights() -> None:
    with pytest.raises(BackupFailed, match="the server is away"), scratch_database("postgresql://127.0.0.1:1/none"):
        pass


def test_databases_are_copied_as_of_one_moment_while_others_write(tmp_path: Path) -> None:
    writers = []
    for name in ("one", "two"):
        connection = sqlite3.connect(tmp_path / name, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1);")
        writers.append(connection)

    with freeze([SqliteSource(tmp_path / "one", "one"), SqliteSource(tmp_path / "two", "two")]) as copies:
        for connection in writers:
            connection.execute("INSERT INTO t VALUES (2)")
        for name, copy in zip(("one", "two"), copies, strict=True):
            copy.copy_to(tmp_path / f"{name}.copy")
    for connection in writers:
        connection.close()

    for name in ("one", "two"):
        copied = sqlite3.connect(tmp_path / f"{name}.copy")
        assert copied.execute("SELECT n FROM t").fetchall() == [(1,)]
        copied.close()
