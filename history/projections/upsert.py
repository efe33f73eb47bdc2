"""Statements that write many rows at once, in the words SQLite and PostgreSQL share.

They go to the driver as they are: building them through SQLAlchemy for every row would take longer than the database does.
"""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import Connection, Table

import history.tables


def insert_or_update(connection: Connection, table: Table, values: Sequence[tuple[object, ...]]) -> None:
    """Write whole rows, columns in the table's order; rows that exist already are replaced."""
    connection.exec_driver_sql(_upsert(table.name, _placeholder(connection), ()), list(values))


def insert_or_add(connection: Connection, table: Table, values: Sequence[tuple[object, ...]], added: tuple[str, ...]) -> None:
    """Write whole rows; where one exists already, the `added` columns are added up and the others replaced."""
    connection.exec_driver_sql(_upsert(table.name, _placeholder(connection), added), list(values))


def delete_rows(connection: Connection, table: Table, keys: Sequence[tuple[object, ...]]) -> None:
    """Delete rows by primary key."""
    placeholder = _placeholder(connection)
    matches = " AND ".join(f'"{column.name}" = {placeholder}' for column in table.primary_key.columns)
    connection.exec_driver_sql(f'DELETE FROM "{table.name}" WHERE {matches}', list(keys))  # noqa: S608 - names are our own


@cache
def _upsert(table_name: str, placeholder: str, added: tuple[str, ...]) -> str:
    table = history.tables.metadata.tables[table_name]
    names = [column.name for column in table.columns]
    key = [column.name for column in table.primary_key.columns]
    changes = [
        f'"{name}" = "{table_name}"."{name}" + excluded."{name}"' if name in added else f'"{name}" = excluded."{name}"'
        for name in names
        if name not in key
    ]
    columns = ", ".join(f'"{name}"' for name in names)
    places = ", ".join([placeholder] * len(names))
    keys = ", ".join(f'"{name}"' for name in key)
    conflict = f"DO UPDATE SET {', '.join(changes)}" if changes else "DO NOTHING"
    return f'INSERT INTO "{table_name}" ({columns}) VALUES ({places}) ON CONFLICT ({keys}) {conflict}'  # noqa: S608


def _placeholder(connection: Connection) -> str:
    return "?" if connection.dialect.name == "sqlite" else "%s"
