"""What the read models make of a case's records, in a form that two engines can be compared by.

Keys and positions differ between any two runs, so each key is named after what it is the key of: a process instance by its
process and its caller, an element instance by its element and the scope it is in, a job by its element, and where there are
several of one kind by their order. Branches that run side by side take their keys in turns that no engine promises. Variables
of one step, decisions of one file and the fields of a context come in any order, too. Everything else, moments included, is
compared as it is.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import create_engine

from cli.scenarios.key_names import is_key, key_names
from history.projector import ProjectionStopped, Projector
from history.tables import metadata
from zeebe.records import Record

type ReadModels = dict[str, list[str]]

_LEFT_OUT = {"projection", "projection_topic"}
_VERSIONS = {"version", "process_version", "decision_version"}
_KEYS_IN_TEXT = {"evaluated_decisions", "detail"}


def read_models_of(records: Sequence[Record], *, slack_ms: int = 0, since: int = 0) -> ReadModels:
    """Every read model, row by row; moments within `slack_ms` of each other, counted from `since`, are written alike.

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
    names = key_names(rows)
    if slack_ms:
        _loosen(rows, since, slack_ms)
    return {table: sorted(_text(table, row, names) for row in found) for table, found in rows.items()}


def difference(expected: Sequence[Record], found: Sequence[Record], *, slack_ms: int = 0) -> str:
    """Where the read models of two engines differ, or nothing."""
    # From one moment for both: a date that was written is the same on both, though one began later.
    since = expected[0].timestamp if expected else 0
    try:
        ours, theirs = (read_models_of(each, slack_ms=slack_ms, since=since) for each in (expected, found))
    except ProjectionStopped as stopped:
        return f"the read models stop: {stopped}"
    for table, rows in ours.items():
        for row, other in zip(rows, theirs[table], strict=False):
            if row != other:
                return f"{table} differs: embedded {row}, Zeebe {other}"
        if len(rows) != len(theirs[table]):
            return f"{table} has {len(rows)} rows on the embedded gateway, {len(theirs[table])} on Zeebe"
    return ""


def _loosen(rows: dict[str, list[dict[str, Any]]], since: int, slack_ms: int) -> None:
    """Durations go with the moments they lie between: where these are loose, those say nothing."""
    rows["heat_map_duration"] = []
    for row in (row for found in rows.values() for row in found):
        for column, value in row.items():
            if column.endswith("_at") and isinstance(value, int):
                row[column] = (value - since) // slack_ms
            elif column == "completed_ms":
                row[column] = None


def _text(table: str, row: dict[str, Any], names: dict[int, str]) -> str:
    return json.dumps({column: _shown(table, column, value, names) for column, value in row.items()}, ensure_ascii=False)


def _shown(table: str, column: str, value: object, names: dict[int, str]) -> object:
    if (table, column) in {("variable", "key"), ("variable_history", "variable_key")} or "position" in column:
        return value is not None
    if column in _VERSIONS:
        # A broker counts on where a resource was deployed and deleted before.
        return None
    if is_key(column):
        return names.get(value) if isinstance(value, int) else value
    if isinstance(value, str):
        value = _in_one_order(value)
        return "".join(letter for letter in value if not letter.isdigit()) if column in _KEYS_IN_TEXT else value
    return value


def _in_one_order(text: str) -> str:
    """JSON with the fields of its objects by name, also where JSON stands as text within; other text as it is."""
    if text[:1] not in {"{", "["}:
        return text
    try:
        return json.dumps(_sorted(json.loads(text)), ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def _sorted(value: object) -> object:
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return [_sorted(each) for each in value]
    return _in_one_order(value) if isinstance(value, str) else value
