"""Names for the keys of read models that are the same on every engine that did the same."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

type Rows = Mapping[str, Sequence[Mapping[str, Any]]]

_DEFINED = (
    ("process_definition", "bpmn_process_id"),
    ("decision", "decision_id"),
    ("decision_requirements", "decision_requirements_id"),
    ("form", "form_id"),
)
# What happens at an element instance; of a kind there may be several, in the order of their keys.
_AT_ELEMENTS = ("job", "user_task", "incident", "decision_evaluation", "waiting")
# Their keys are given in any order, and stand for nothing else.
_UNNAMED = frozenset({"variable", "variable_history"})


def is_key(column: str) -> bool:
    return column == "key" or (column.endswith("_key") and column != "correlation_key")


def key_names(rows: Rows) -> dict[int, str]:
    """By key: what was defined by its id, what runs by where it runs, the rest by rank."""
    names: dict[int, str] = {}
    counted: Counter[str] = Counter()

    def name(key: int, what: str) -> None:
        if key not in names:
            counted[what] += 1
            names[key] = f"{what} {counted[what]}"

    for table, identifier in _DEFINED:
        for row in _by_key(rows[table]):
            name(row["key"], f"{table} {row[identifier]}")
    # Whatever runs was begun by something with a smaller key.
    running = [*(("process_instance", row) for row in rows["process_instance"]), *_inner(rows)]
    for table, row in sorted(running, key=lambda each: int(each[1]["key"])):
        if table == "process_instance":
            name(row["key"], f"{row['bpmn_process_id']} of {names.get(row['parent_element_instance_key'], 'nobody')}")
        else:
            name(row["key"], f"{row['element_id']} in {names.get(row['flow_scope_key'], 'nothing')}")
    for table in _AT_ELEMENTS:
        for row in _by_key(rows[table]):
            name(row["key"], f"{table} at {names.get(row['element_instance_key'], 'nothing')}")
    others = {
        value
        for table, found in rows.items()
        if table not in _UNNAMED
        for row in found
        for column, value in row.items()
        if is_key(column) and isinstance(value, int)
    }
    for key in sorted(others - names.keys()):
        name(key, "another")
    return names


def _by_key(found: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(found, key=lambda row: int(row["key"]))


def _inner(rows: Rows) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Element instances; the one of a process instance itself has its name already."""
    processes = {row["key"] for row in rows["process_instance"]}
    yield from (("element_instance", row) for row in rows["element_instance"] if row["key"] not in processes)
