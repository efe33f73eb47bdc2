"""Every row is some tenant's: its table says whose, or the row it belongs to does, or it stands here with the reason."""

from pathlib import Path

from sqlalchemy import Table, UniqueConstraint

from migrations.row_security import BELONGS, INSTALLATION
from migrations.targets import TARGETS

TABLES: dict[str, Table] = {table.name: table for metadata in TARGETS for table in metadata.sorted_tables}

# They say whose they are and are never listed by it: found by their own key, or by the key of what they belong to.
FOUND_BY_KEY = {
    "element_instance": "by process instance",
    "heat_map_duration": "by process definition",
    "heat_map_flow": "by process definition",
    "instance_event": "by process instance",
    "job": "by process instance",
    "knowledge_passage": "by document, or by words",
    "notification_link_code": "by the hash of the code",
    "portal_session": "by the hash of the session",
    "sequence_flow": "by process instance",
    "ticket_bucket": "by the hash of like texts",
    "variable": "by process instance, or by name and value",
    "variable_history": "by process instance",
    "waiting": "by process instance",
}


def test_every_table_says_whose_its_rows_are() -> None:
    owned = {name for name, table in TABLES.items() if "tenant_id" in table.c}

    unknown = {name for name, table in TABLES.items() if name not in owned and not _parents(table) & owned}

    assert unknown == set(INSTALLATION)


def test_no_row_may_leave_open_whose_it_is() -> None:
    open_ones = {name for name, table in TABLES.items() if "tenant_id" in table.c and table.c.tenant_id.nullable}

    assert open_ones == set()


def test_what_is_listed_by_tenant_is_found_by_an_index() -> None:
    owned = [table for table in TABLES.values() if "tenant_id" in table.c]

    without = {table.name for table in owned if not any(names[:1] == ["tenant_id"] for names in _indexes(table))}

    assert without == set(FOUND_BY_KEY)


def test_what_belongs_without_a_foreign_key_belongs_to_something() -> None:
    for name, (column, parent, of_parent) in BELONGS.items():
        assert column in TABLES[name].c
        assert of_parent in TABLES[parent].c
        assert "tenant_id" in TABLES[parent].c


def _parents(table: Table) -> set[str]:
    """Whose rows this table's rows belong to; row-level security follows the same way."""
    named = {BELONGS[table.name][1]} if table.name in BELONGS else set()
    return named | {key.column.table.name for key in table.foreign_keys}


def _indexes(table: Table) -> list[list[str]]:
    unique = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    return [[column.name for column in each.columns] for each in (table.primary_key, *table.indexes, *unique)]


def test_the_page_about_tenants_names_what_has_none() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "tenants.md").read_text(encoding="utf-8")

    assert {name for name in INSTALLATION if f"`{name}`" not in page} == set()
