"""The tables of a SQLite state file, and how a file of an earlier version becomes one of this."""

import sqlite3

from engine.processing.ports import StoreUnusable
from engine.state.chain import checksum

# 2: records in a chain of checksums; 3: packed by Zstandard.
VERSION = 3
TABLES = ("entity", "record_chunk", "record_log", "record_reader", "counters")

SCHEMA = """
CREATE TABLE IF NOT EXISTS entity (
    key INTEGER PRIMARY KEY,
    owner INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    lookup TEXT,
    due INTEGER,
    body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS entity_owner ON entity (owner, key);
CREATE INDEX IF NOT EXISTS entity_lookup ON entity (lookup, key) WHERE lookup IS NOT NULL;
CREATE INDEX IF NOT EXISTS entity_due ON entity (due, key) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS record_chunk (
    last_position INTEGER PRIMARY KEY,
    first_position INTEGER NOT NULL,
    moment INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    records BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS record_log (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    dropped_through INTEGER NOT NULL,
    checksum INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS record_reader (
    name TEXT PRIMARY KEY,
    position INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counters (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    last_key INTEGER NOT NULL,
    last_position INTEGER NOT NULL,
    now INTEGER NOT NULL
);
"""


def prepare(connection: sqlite3.Connection) -> None:
    """Bring a new or older file to this version, all or nothing.

    Raises:
        StoreUnusable: a later version wrote it.
    """
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise StoreUnusable(
            f"a later Penstock wrote this state (its version is {version}, {VERSION} is known here): start that Penstock"
        )
    if version == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in SCHEMA.split(";"):
            connection.execute(statement)
        if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'record_batch'").fetchone():
            _chain_batches(connection)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _chain_batches(connection: sqlite3.Connection) -> None:
    """The first version kept records without moment and checksum: they count as written now."""
    row = connection.execute("SELECT now FROM counters").fetchone()
    moment = 0 if row is None else row[0]
    last = 0
    for first, end, records in connection.execute("SELECT first_position, last_position, records FROM record_batch ORDER BY 2"):
        last = checksum(last, first, end, records)
        connection.execute("INSERT INTO record_chunk VALUES (?, ?, ?, ?, ?)", (end, first, moment, last, records))
    connection.execute("DROP TABLE record_batch")
