"""What the read models make of a case's records, in a form that two engines can be compared by.

Keys and positions differ between any two runs, so each key stands as its rank among all keys. Engines create the variables of
one step, and the decisions of one file, in any order: these go by their scope and name. Everything else, moments included,
is compared as it is.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import create_engine

from history.projector import ProjectionStopped, Projector
from history.tables import metadata
from zeebe.records import Record

type ReadModels = dict[str, list[str]]

_LEFT_OUT = {"projection", "projection_topic"}
_UNORDERED = {"variable", "variable_history", "decision", "decision_requirements", "form", "process_definition"}
_VERSIONS = {"version", "process_version", "decision_version"}
_KEYS_IN_TEXT = {"evaluated_decisions", "detail"}


def read_models_of(records: Sequence[Record]) -> ReadModels:
    """Every read model, row by row.

    Raises:
        ProjectionStopped: a record cannot be applied.
    """
    engine = create_engine("sqlite://")
    try:
        metadata.create_all(engine)
        Projector(engine).apply(records)
        with engine.connect() as connection:
            rows = {
                name: [dict(row) for row in connection.execute(table.select().order_by(*table.primary_key.columns)).mappings()]
                for name, table in metadata.tables.items()
                if name not in _LEFT_OUT
            }
    finally:
        engine.dispose()
    rank = _ranks(rows)
    return {name: sorted(_text(name, row, rank) for row in found) for name, found in rows.items()}


def difference(expected: Sequence[Record], found: Sequence[Record]) -> str:
    """Where the read models of two engines differ, or nothing."""
    try:
        ours, theirs = read_models_of(expected), read_models_of(found)
    except ProjectionStopped as stopped:
        return f"the read models stop: {stopped}"
    for table, rows in ours.items():
        for row, other in zip(rows, theirs[table], strict=False):
            if row != other:
                return f"{table} differs: embedded {row}, Zeebe {other}"
        if len(rows) != len(theirs[table]):
            return f"{table} has {len(rows)} rows on the embedded gateway, {len(theirs[table])} on Zeebe"
    return ""


def _ranks(rows: dict[str, list[dict[str, Any]]]) -> dict[int, str]:
    """Names for keys: definitions by what they define, the rest by rank."""
    names: dict[int, str] = {}
    for table, identifier in (
        ("process_definition", "bpmn_process_id"),
        ("decision", "decision_id"),
        ("decision_requirements", "decision_requirements_id"),
        ("form", "form_id"),
    ):
        counted: dict[str, int] = {}
        for row in sorted(rows[table], key=lambda row: int(row["key"])):
            counted[row[identifier]] = counted.get(row[identifier], 0) + 1
            names[row["key"]] = f"{table} {row[identifier]} {counted[row[identifier]]}"
    keys = {
        value
        for table, found in rows.items()
        if table not in _UNORDERED
        for row in found
        for column, value in row.items()
        if _is_key(column) and value is not None and value not in names
    }
    return names | {key: f"#{number}" for number, key in enumerate(sorted(keys))}


def _text(table: str, row: dict[str, Any], rank: dict[int, str]) -> str:
    return json.dumps({column: _shown(table, column, value, rank) for column, value in row.items()}, ensure_ascii=False)


def _shown(table: str, column: str, value: object, rank: dict[int, str]) -> object:
    if (table, column) in {("variable", "key"), ("variable_history", "variable_key")} or "position" in column:
        return value is not None
    if column in _VERSIONS:
        # A broker counts on where a resource was deployed and deleted before.
        return None
    if _is_key(column):
        return rank.get(value) if isinstance(value, int) else value
    if column in _KEYS_IN_TEXT and isinstance(value, str):
        return "".join(letter for letter in value if not letter.isdigit())
    return value


def _is_key(column: str) -> bool:
    return column == "key" or (column.endswith("_key") and column != "correlation_key")
