"""Rows for every table of a database, whatever its revision: made from what the database itself says about its columns."""

import re
from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Select,
    Table,
    inspect,
    select,
)
from sqlalchemy.types import JSON

from tests.any_values import BY_COLUMN, LONG_AGO, UNSET

# Made and kept by the database: full-text indexes of SQLite, Alembic's own table; and the parts of divided tables.
MADE_BY_ITSELF = re.compile(r"alembic_version|schema_step|ticket_search.*|knowledge_index.*|\w+_in_(past|rest|\d{4}_\d\d)")


def shapes(connection: Connection) -> dict[str, frozenset[str]]:
    """The columns of each table there is."""
    inspector = inspect(connection)
    return {
        name: frozenset(column["name"] for column in inspector.get_columns(name))
        for name in inspector.get_table_names()
        if not MADE_BY_ITSELF.fullmatch(name)
    }


def reflected(connection: Connection, names: Collection[str]) -> dict[str, Table]:
    """Tables, those that others refer to before the others."""
    metadata = MetaData()
    metadata.reflect(connection, only=names, resolve_fks=True)
    return {table.name: table for table in metadata.sorted_tables if table.name in names}


def add_a_row(connection: Connection, table: Table, number: int) -> dict[str, Any]:
    """The `number`th row of a table, and of those it refers to where missing; returns its values as they are read back."""
    for reference in table.foreign_keys:
        parent = reference.column.table
        own = {reference.column.name: _value(reference.column, number)}
        if parent is not table and connection.execute(_query(parent, own)).first() is None:
            add_a_row(connection, parent, number)
    values = {column.name: _value(column, number) for column in table.columns}
    connection.execute(table.insert().values({name: value for name, value in values.items() if value is not UNSET}))
    return row_of(connection, table, key_of(table, values))


def key_of(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """What finds a row again."""
    columns = list(table.primary_key.columns) or list(table.columns)
    return {column.name: row[column.name] for column in columns}


def row_of(connection: Connection, table: Table, key: dict[str, Any]) -> dict[str, Any]:
    return dict(connection.execute(_query(table, key)).mappings().one())


def _query(table: Table, key: dict[str, Any]) -> Select[Any]:
    return select(table).where(*(table.columns[name] == value for name, value in key.items()))


def _value(column: Column[Any], number: int) -> Any:  # whatever the column takes
    """By the column's kind; where it refers to another row, that row's number gives the same value there."""
    for reference in column.foreign_keys:
        return _value(reference.column, number)
    special = BY_COLUMN.get((column.table.name, column.name)) or BY_COLUMN.get(("", column.name))
    if special is not None:
        return special(number)
    for kind, value in (
        (Boolean, number % 2 == 0),
        (Integer, number),
        (Float, number + 0.5),
        (Numeric, number),
        (DateTime, LONG_AGO),
        (Date, LONG_AGO.date()),
        (LargeBinary, b"\0" + str(number).encode()),
        (JSON, {"n": number}),
    ):
        if isinstance(column.type, kind):
            return value
    length = getattr(column.type, "length", None)
    text = f"{number}.{column.name}"
    return text[:length] if length else text
