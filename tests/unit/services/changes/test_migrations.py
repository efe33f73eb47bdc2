"""How a migration is written as a field, and read in both directions."""

import pytest

from services.changes import InvalidChange
from services.changes.migrations import FIELD, migration_field, renames_of

BEFORE = ("start", "check", "ask")


def test_a_move_without_renames_is_the_definition_alone() -> None:
    field = migration_field({"check": "check"}, BEFORE)

    assert field == FIELD
    assert renames_of(field) == {}


def test_a_renamed_element_is_found_again_on_the_way_back() -> None:
    field = migration_field({"check": "check_credit"}, BEFORE)

    assert field == "process_definition_key check=check_credit"
    assert renames_of(field) == {"check": "check_credit", "check_credit": "check"}


@pytest.mark.parametrize("renames", [{"check": "ask"}, {"check": "new", "ask": "new"}, {"check": "n" * 200}])
def test_what_could_not_be_taken_back_or_written_down_is_refused(renames: dict[str, str]) -> None:
    with pytest.raises(InvalidChange):
        migration_field(renames, BEFORE)


@pytest.mark.parametrize("field", ["", "name", "process_definition_key x", "process_definition_key =y", f"{FIELD}  a=b"])
def test_other_fields_are_none_of_a_migration(field: str) -> None:
    assert renames_of(field) is None
