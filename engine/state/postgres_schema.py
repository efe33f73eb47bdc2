"""The tables of the state in PostgreSQL: a schema of their own, so that a database may hold other things beside them.

Lookups hold what users wrote, a zero byte too: they are bytes, and only the first 200 are indexed, as an index has no room for
long ones.
"""

from psycopg import Connection
from psycopg.rows import TupleRow

from engine.processing.ports import StoreUnusable

SCHEMA_NAME = "penstock_engine"
# 2: records packed by Zstandard; nothing else differs from 1.
VERSION = 2

_TABLES = """
CREATE SCHEMA penstock_engine;
CREATE TABLE penstock_engine.version (version int NOT NULL);
INSERT INTO penstock_engine.version VALUES (2);
CREATE TABLE penstock_engine.entity (
    key bigint PRIMARY KEY,
    owner bigint NOT NULL,
    kind smallint NOT NULL,
    lookup bytea,
    due bigint,
    body bytea NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX entity_owner ON penstock_engine.entity (owner, key);
CREATE INDEX entity_lookup ON penstock_engine.entity (substring(lookup FROM 1 FOR 200), key) WHERE lookup IS NOT NULL;
CREATE INDEX entity_due ON penstock_engine.entity (due) WHERE due IS NOT NULL;
CREATE TABLE penstock_engine.record_chunk (
    last_position bigint PRIMARY KEY,
    first_position bigint NOT NULL,
    moment bigint NOT NULL,
    checksum bigint NOT NULL,
    records bytea NOT NULL
);
ALTER TABLE penstock_engine.record_chunk ALTER COLUMN records SET STORAGE EXTERNAL;
CREATE TABLE penstock_engine.record_log (
    id int PRIMARY KEY CHECK (id = 1),
    dropped_through bigint NOT NULL,
    checksum bigint NOT NULL
);
CREATE TABLE penstock_engine.record_reader (
    name text PRIMARY KEY,
    position bigint NOT NULL
);
CREATE TABLE penstock_engine.counters (
    id int PRIMARY KEY CHECK (id = 1),
    last_key bigint NOT NULL,
    last_position bigint NOT NULL,
    now bigint NOT NULL
);
"""


def prepare(connection: Connection[TupleRow]) -> None:
    """Create the tables where there are none, and bring older ones up to date.

    Raises:
        StoreUnusable: a later version wrote them.
    """
    version = stored_version(connection)
    if version is None:
        with connection.transaction():
            connection.execute(_TABLES)
    elif version < VERSION:
        connection.execute("UPDATE penstock_engine.version SET version = %s", (VERSION,))
    require_version(connection)


def require_version(connection: Connection[TupleRow]) -> None:
    """Refuse tables that are missing or of another version.

    Raises:
        StoreUnusable: says which.
    """
    version = stored_version(connection)
    if version is None:
        raise StoreUnusable(f"the database has no schema {SCHEMA_NAME}: no gateway has used it yet")
    if version != VERSION:
        raise StoreUnusable(f"another Penstock wrote this state (its version is {version}, {VERSION} is known here)")


def stored_version(connection: Connection[TupleRow]) -> int | None:
    """The version of the tables there are."""
    found = connection.execute("SELECT to_regclass(%s)", (f"{SCHEMA_NAME}.version",)).fetchone()
    if found is None or found[0] is None:
        return None
    row = connection.execute("SELECT version FROM penstock_engine.version").fetchone()
    return None if row is None else int(row[0])
