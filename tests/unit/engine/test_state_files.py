"""Files of state that are old, new, or nothing of the kind."""

import sqlite3
import zlib
from pathlib import Path

import pytest

from engine.processing.ports import Batch, Counters, Row, StoreUnusable
from engine.state.chain import checksum
from engine.state.opening import open_reader, open_store
from engine.state.sqlite import SqliteStore

FIRST_VERSION = """
CREATE TABLE entity (key INTEGER PRIMARY KEY, owner INTEGER NOT NULL, kind INTEGER NOT NULL, lookup TEXT, due INTEGER,
    body BLOB NOT NULL);
CREATE TABLE record_batch (last_position INTEGER PRIMARY KEY, first_position INTEGER NOT NULL, records BLOB NOT NULL);
CREATE TABLE counters (id INTEGER PRIMARY KEY CHECK (id = 1), last_key INTEGER NOT NULL, last_position INTEGER NOT NULL,
    now INTEGER NOT NULL);
INSERT INTO entity VALUES (7, 1, 3, 'j/work', NULL, x'01');
INSERT INTO counters VALUES (1, 9, 5, 1234);
"""


def test_a_file_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "engine.db")
    old.executescript(FIRST_VERSION)
    for first, last in ((1, 3), (4, 5)):
        old.execute("INSERT INTO record_batch VALUES (?, ?, ?)", (last, first, zlib.compress(b'{"position":%d}\n' % last)))
    old.commit()
    old.close()

    store = SqliteStore(tmp_path / "engine.db")
    chunks, row = list(store.chunks()), store.row(7)
    batch = Batch(Counters(9, 6, 2_000), records=["{}"], first_position=6)
    store.write(batch)
    store.commit(batch)
    newest = list(store.chunks())[-1]
    store.close()

    assert row is not None
    assert [(chunk.first_position, chunk.last_position, chunk.moment) for chunk in chunks] == [(1, 3, 1234), (4, 5, 1234)]
    assert chunks[1].checksum == checksum(chunks[0].checksum, 4, 5, chunks[1].compressed)
    assert newest.checksum == checksum(chunks[1].checksum, 6, 6, newest.compressed)


def test_a_file_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    later = sqlite3.connect(tmp_path / "engine.db")
    later.execute("PRAGMA user_version = 99")
    later.close()

    with pytest.raises(StoreUnusable, match="a later Penstock wrote this state"):
        open_store(tmp_path)
    with pytest.raises(StoreUnusable, match="its version is 99"):
        open_reader(tmp_path)


def test_a_file_that_is_something_else_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "engine.db").write_bytes(b"this is no database at all, only some text " * 100)

    with pytest.raises(StoreUnusable, match=r"engine\.db.*not a database"):
        open_store(tmp_path)


def test_a_reader_makes_nothing_where_there_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match="no such file"):
        open_reader(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_reader_sees_what_a_gateway_commits_beside_it(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    reader = open_reader(tmp_path)
    batch = Batch(Counters(9, 1, 1), [Row(7, 1, 3, None, None, b"x")])
    store.write(batch)
    store.commit(batch)

    assert reader.row(7) is not None
    reader.close()
    store.close()
