"""What stands in a change is shown field by field, with names for ids and codes, in both languages."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.i18n import load_languages
from api.pages.change_values import ChangeValues, names_in
from history.queries import NotInHistory, ProcessDefinition
from services.changes import ChangeItem, Json, Part
from services.directories import Entry, EntryKind, Origin, document_of, in_memory_directories

LANGUAGES = load_languages(Path(__file__).parents[3] / "translations", "en").by_code
RETAIL = Entry("f0", EntryKind.TRACK, "Retail")
VEGA = Entry("f1", EntryKind.CLIENT, "Vega", "f0", "anna", ("VEGA", "Vega LLC"))


def item(system: str, field: str, before: Json, after: Json, record: str = "f1") -> ChangeItem:
    return ChangeItem("1", "set", 0, system, record, field, before=before, after=after)


def definition(key: int) -> ProcessDefinition:
    if key != 7:
        raise NotInHistory("process definition", key)
    return ProcessDefinition(7, "ticket_triage", 3, "Ticket triage", "t.bpmn", "", datetime(2026, 1, 1, tzinfo=UTC), None, "")


def values_of(*items: ChangeItem, language: str = "en") -> ChangeValues:
    kept = in_memory_directories()
    kept.write("f0", "entry", before=None, after=document_of(RETAIL), key="1", origin=Origin.HAND, changed_by="anna")
    return ChangeValues(LANGUAGES[language], names_in(items, kept, definition))


def shown(change: ChangeItem, *beside: ChangeItem, language: str = "en") -> list[tuple[str, str, str]]:
    """Each line's name with both sides as texts."""
    lines = values_of(change, *beside, language=language).lines(change)
    return [(line.name, joined(line.difference.before), joined(line.difference.after)) for line in lines]


def joined(side: Sequence[Part]) -> str:
    return "".join(part.text for part in side)


def test_a_new_entry_is_told_field_by_field() -> None:
    new = item("directories", "entry", None, document_of(VEGA))

    lines = shown(new, language="ru")

    assert lines == [
        ("Вид", "", "Клиент"),
        ("Имя", "", "Vega"),
        ("Относится к", "", "Retail"),
        ("Ответственный", "", "anna"),
        ("Синонимы", "", "VEGA\nVega LLC"),
    ]


def test_an_entry_that_goes_is_told_field_by_field() -> None:
    gone = item("directories", "entry", document_of(RETAIL), None)

    lines = shown(gone)

    assert lines == [("Kind", "Track", ""), ("Name", "Retail", "")]


def test_a_parent_that_the_same_change_makes_is_named_before_it_is_kept() -> None:
    parent = item("directories", "entry", None, {"kind": "track", "name": "Wholesale"}, record="f9")
    child = item("directories", "entry", None, {"kind": "client", "name": "Lyra", "parent_id": "f9"}, record="f8")

    lines = shown(child, parent)

    assert ("Belongs to", "", "Wholesale") in lines


@pytest.mark.parametrize(
    ("change", "sides"),
    [
        (item("directories", "parent_id", "f0", "gone"), ("Retail", "gone")),
        (item("tickets", "priority", "low", "critical"), ("Low", "Critical")),
        (item("instances", "process_definition_key", "7", "8"), ("Ticket triage, version 3", "8")),
        (item("crm", "email", None, "a@example.com", record="customer:7"), ("", "a@example.com")),
        (item("variables", "order", {"id": 1}, {"id": 2}), ('{\n  "id": 1\n}', '{\n  "id": 2\n}')),
        (item("erp", "address", {"city": "Riga"}, "Riga"), ('{\n  "city": "Riga"\n}', "Riga")),
    ],
)
def test_a_value_is_told_by_its_name_where_it_has_one(change: ChangeItem, sides: tuple[str, str]) -> None:
    lines = shown(change)

    assert lines == [("", *sides)]


def test_objects_of_any_system_are_compared_field_by_field() -> None:
    change = item("erp", "address", {"city": "Riga", "zip": "1010"}, {"city": "Riga", "street": "Brīvības 1"})

    lines = shown(change)

    assert lines == [("city", "Riga", "Riga"), ("street", "", "Brīvības 1"), ("zip", "1010", "")]


def test_two_values_that_read_alike_are_told_apart_by_what_they_are() -> None:
    twin = item("directories", "entry", None, {"kind": "track", "name": "Retail"}, record="f5")
    moved = item("directories", "parent_id", "f0", "f5")

    lines = shown(moved, twin)

    assert lines == [("", "f0", "f5")]


def test_what_stands_there_now_is_told_line_by_line() -> None:
    change = item("directories", "entry", None, document_of(RETAIL))

    text = values_of(change, language="ru").text(change, document_of(RETAIL))

    assert text == "Вид: Направление\nИмя: Retail"
