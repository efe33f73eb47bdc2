from dataclasses import dataclass
from datetime import UTC, datetime

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


def with_due_date(records: list[Record], due: str) -> list[Record]:
    return [
        msgspec.structs.replace(record, value={**record.value, "dueDate": due}) if record.value_type == "USER_TASK" else record
        for record in records
    ]


def at(record: Record, moment: int) -> Record:
    return msgspec.structs.replace(record, timestamp=moment)


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


def test_the_fields_of_a_context_come_in_any_order() -> None:
    ours = changed(Change("VARIABLE", "CREATED", "value", '{"a":1,"b":"{\\"c\\":2,\\"d\\":3}"}'))
    theirs = changed(Change("VARIABLE", "CREATED", "value", '{"b":"{\\"d\\":3,\\"c\\":2}","a":1}'))

    found = difference(ours, theirs)

    assert found == ""


def test_moments_may_lie_a_little_later_where_that_is_said() -> None:
    by_minutes = [at(record, record.timestamp // 60_000 * 60_000) for record in LOG]
    later = [at(record, record.timestamp + 300 * (record.position > 40)) for record in by_minutes]
    much_later = [at(record, record.timestamp + 60_000 * (record.position > 40)) for record in by_minutes]

    exactly, loosely = difference(by_minutes, later), difference(by_minutes, later, slack_ms=10_000)

    assert "_at" in exactly
    assert loosely == ""
    assert "_at" in difference(by_minutes, much_later, slack_ms=10_000)


def test_a_date_that_was_written_is_the_same_though_one_engine_began_later() -> None:
    by_minutes = [at(record, record.timestamp // 60_000 * 60_000) for record in LOG]
    # The date lies 0.1 s after a limit between what is written alike.
    due = datetime.fromtimestamp((by_minutes[0].timestamp + 100_000_100) / 1000, UTC).isoformat()
    ours = with_due_date(by_minutes, due)
    theirs = [at(record, record.timestamp + 300) for record in ours]

    found = difference(ours, theirs, slack_ms=10_000)

    assert found == ""
