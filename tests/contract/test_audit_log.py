"""What every audit log promises, in memory and in SQL."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from services.audit import AuditFilter, AuditLog, Deed, InMemoryAuditLog, SqlAuditLog, verify
from services.audit.tables import audit_entry
from tests.databases import empty_database

DEED = Deed("anna", "POST /accounts/{account_id}", "account_id=7", {"roles": ["staff"]}, {"roles": ["admin"]}, "session")


class Clock:
    def __init__(self) -> None:
        self.now = 1_000

    def __call__(self) -> int:
        self.now += 1
        return self.now


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def audit_log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AuditLog]:
    if request.param == "memory":
        yield InMemoryAuditLog(Clock())
        return
    url = f"sqlite:///{tmp_path / 'audit.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    engine = empty_database(url)
    yield SqlAuditLog(engine, Clock())
    engine.dispose()


@pytest.fixture
def sql_log(database_url: str) -> Iterator[SqlAuditLog]:
    engine = empty_database(database_url)
    yield SqlAuditLog(engine, Clock())
    engine.dispose()


def test_entries_follow_from_each_other(audit_log: AuditLog) -> None:
    for number in range(3):
        audit_log.append(replace(DEED, subject=f"account_id={number}"))

    found = verify(audit_log.entries())

    assert (found.entries, found.breaks) == (3, 0)
    assert found.head == list(audit_log.entries())[-1].sum


def test_the_newest_comes_first_and_pages_go_on(audit_log: AuditLog) -> None:
    for number in range(5):
        audit_log.append(replace(DEED, subject=f"account_id={number}"))

    first = audit_log.page(AuditFilter(), limit=2)
    second = audit_log.page(AuditFilter(), before=first[-1].sequence, limit=2)

    assert [each.deed.subject[-1] for each in (*first, *second)] == ["4", "3", "2", "1"]
    assert first[0].deed == replace(DEED, subject="account_id=4")


def test_filters_restrict_by_who_what_and_when(audit_log: AuditLog) -> None:
    audit_log.append(DEED)
    audit_log.append(replace(DEED, actor="boris", action="penstock deploy", subject="100%"))
    newest = audit_log.append(replace(DEED, actor="boris", action="POST /tickets"))

    by_who = audit_log.page(AuditFilter(actor="boris"))
    by_what = audit_log.page(AuditFilter(action="DEPLOY"))
    by_percent = audit_log.page(AuditFilter(subject="%"))
    by_when = audit_log.page(AuditFilter(since=newest.at, until=newest.at + 1))

    assert [each.sequence for each in by_who] == [3, 2]
    assert [each.sequence for each in by_what] == [2]
    assert [each.sequence for each in by_percent] == [2]
    assert [each.sequence for each in by_when] == [3]


@pytest.mark.parametrize("change", ["UPDATE audit_entry SET actor = 'nobody'", "DELETE FROM audit_entry"])
def test_the_database_refuses_to_change_an_entry(sql_log: SqlAuditLog, change: str) -> None:
    sql_log.append(DEED)

    with pytest.raises(DatabaseError, match="the audit log can only grow"), sql_log.engine.begin() as connection:
        connection.execute(text(change))

    assert [entry.deed for entry in sql_log.entries()] == [DEED]


def test_no_entry_takes_the_place_of_another(sql_log: SqlAuditLog) -> None:
    if sql_log.engine.dialect.name != "sqlite":
        pytest.skip("only SQLite replaces rows")
    sql_log.append(DEED)
    names = [column.name for column in audit_entry.columns]
    forged = (
        f"REPLACE INTO audit_entry (rowid, {', '.join(names)}) SELECT {{rowid}}, {{sequence}}, {', '.join(names[1:])} FROM "
    )
    forged += "audit_entry"

    for keys in ({"rowid": "rowid", "sequence": "2"}, {"rowid": "NULL", "sequence": "sequence"}):
        with pytest.raises(DatabaseError, match="the audit log can only grow"), sql_log.engine.begin() as connection:
            connection.execute(text(forged.format(**keys)))

    assert [entry.deed for entry in sql_log.entries()] == [DEED]


def _without_triggers(log: SqlAuditLog, statement: str) -> None:
    """What the owner of the tables can do."""
    with log.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for verb in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER audit_entry_no_{verb}"))
        else:
            connection.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER ALL"))
        connection.execute(text(statement))


@pytest.mark.parametrize(
    ("forgery", "broken", "why"),
    [
        ("UPDATE audit_entry SET actor = 'nobody' WHERE sequence = 2", 2, "not as it was written"),
        ("UPDATE audit_entry SET after = '{' WHERE sequence = 3", 3, "not as it was written"),
        ("DELETE FROM audit_entry WHERE sequence = 2", 3, "missing"),
        ("DELETE FROM audit_entry WHERE sequence = 1", 2, "missing"),
    ],
)
def test_a_forged_entry_is_named(sql_log: SqlAuditLog, forgery: str, broken: int, why: str) -> None:
    for number in range(4):
        sql_log.append(replace(DEED, subject=f"account_id={number}"))
    _without_triggers(sql_log, forgery)

    found = verify(sql_log.entries())

    assert found.first_break == broken
    assert why in found.why


def test_an_end_that_was_cut_off_shows_by_a_head_that_was_noted(sql_log: SqlAuditLog) -> None:
    for number in range(3):
        sql_log.append(replace(DEED, subject=f"account_id={number}"))
    noted = verify(sql_log.entries()).head
    _without_triggers(sql_log, "DELETE FROM audit_entry WHERE sequence = 3")

    found = verify(sql_log.entries())

    assert found.breaks == 0
    assert noted not in {entry.sum for entry in sql_log.entries()}
