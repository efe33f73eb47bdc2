from dataclasses import dataclass

import msgspec
import pytest

from cli.scenarios.read_models import difference, read_models_of
from tests.history_log import golden
from zeebe.records import Record

LOG = golden("parcels")


@dataclass(frozen=True)
class Change:
    value_type: str
    intent: str
    field: str
    to: object


def changed(change: Change) -> list[Record]:
    """The log with one field of one record changed."""
    place = next(
        number for number, each in enumerate(LOG) if (each.value_type, each.intent) == (change.value_type, change.intent)
    )
    another = msgspec.structs.replace(LOG[place], value={**LOG[place].value, change.field: change.to})
    return [*LOG[:place], another, *LOG[place + 1 :]]


def test_a_log_equals_itself_with_other_keys_and_positions() -> None:
    moved = [msgspec.structs.replace(record, position=record.position * 3 + 7) for record in LOG]

    found = difference(LOG, moved)

    assert found == ""
    assert sum(len(rows) for rows in read_models_of(LOG).values()) > 100


@pytest.mark.parametrize(
    ("change", "table"),
    [
        (Change("VARIABLE", "CREATED", "value", '"another"'), "variable"),
        (Change("JOB", "CREATED", "type", "another"), "job"),
    ],
)
def test_names_the_table_and_both_rows_where_engines_differ(change, table) -> None:
    other = changed(change)

    found = difference(LOG, other)

    assert found.startswith(f"{table} differs: embedded {{")
    assert "another" in found


def test_a_missing_record_is_a_difference() -> None:
    shortened = LOG[:-1]

    found = difference(LOG, shortened)

    assert found
