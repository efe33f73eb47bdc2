"""Imports, closes and locks on every database; a locked month stays as it is, whatever writes."""

import threading
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from psycopg.errors import CheckViolation
from sqlalchemy import Engine, UniqueConstraint, text
from sqlalchemy.exc import IntegrityError

from history.database import open_engine
from services.finance import (
    AlreadyClosing,
    Article,
    ArticleKind,
    Close,
    CloseState,
    DailyRate,
    ErrorsStand,
    FinanceDesk,
    ImportState,
    InMemoryProjects,
    InputsChanged,
    Invalid,
    Month,
    MonthLocked,
    NewPosting,
    Project,
    RateMissing,
    Refused,
    Verdict,
    VersionKind,
    finance_desk,
)
from services.finance.lock_triggers import GUARDED, LOCK_KEYS
from services.finance.tables import metadata
from tests.databases import empty_database

MARCH = Month(2026, 3)
LEDGER = """Date;Project;Article;Amount;Currency;Counterparty
2026-03-05;Pump house;Sales;1200.50;;Aqua
2026-03-06;Wier;Rent;300;;Landlord
2026-03-07;Weir;Rent;12x;;
"""


@pytest.fixture
def desk(database_url) -> Iterator[FinanceDesk]:
    engine = open_engine(database_url)
    metadata.create_all(engine)
    made = finance_desk(engine, "RUB", InMemoryProjects([Project("P-1", "Pump house", owner="boris"), Project("P-2", "Weir")]))
    made.ledger.keep_article(Article("sales", "Sales", ArticleKind.INCOME))
    made.ledger.keep_article(Article("rent", "Rent", ArticleKind.EXPENSE))
    yield made
    engine.dispose()


def posting(amount: str = "10", day: int = 5, month: int = 3, currency: str = "RUB") -> NewPosting:
    return NewPosting("P-1", "rent", date(2026, month, day), Decimal(amount), currency)


def approved(desk: FinanceDesk, instance: int = 7) -> Close:
    """A close that anna checked and zoe approved."""
    close = desk.closes.open(MARCH, "anna", instance)
    for project in desk.closes.projects_with_amounts(close.close_id):
        found = desk.closes.collect(close.close_id, project)
        desk.closes.judge(close.close_id, project, found, {each.article_id: (Verdict.ACCEPT, "SMALL") for each in found})
    desk.closes.check(close.close_id, "anna", is_right=True)
    return desk.closes.approve(close.close_id, "zoe", is_right=True)


def locked(desk: FinanceDesk) -> Close:
    desk.ledger.post(posting(), "anna")
    close = approved(desk)
    desk.closes.lock(close.close_id)
    return close


def test_nothing_is_imported_while_a_row_is_wrong(desk) -> None:
    shown = desk.imports.preview("march.csv", LEDGER.encode(), "anna")

    with pytest.raises(ErrorsStand, match="2 rows are wrong"):
        desk.imports.accept(shown.import_id, "anna")

    assert [(row.number, [(f.column, f.code) for f in row.findings]) for row in shown.bad] == [
        (3, [("project", "PROJECT_UNKNOWN")]),
        (4, [("amount", "AMOUNT_UNREADABLE")]),
    ]
    assert desk.ledger.postings(MARCH) == []


def test_mended_rows_are_imported_and_say_who_mended_them(desk) -> None:
    shown = desk.imports.preview("march.csv", LEDGER.encode(), "anna")
    mended = desk.imports.mend(shown.import_id, {3: {"project": "weir"}, 4: {"amount": "12,5"}}, "boris")

    done = desk.imports.accept(mended.import_id, "zoe")

    assert [str(each.amount) for each in desk.ledger.postings(MARCH)] == ["1200.50", "300.00", "12.50"]
    assert [row.mended_by for row in done.rows] == ["", "boris", "boris"]
    assert (done.state, done.imported_by, done.bad) == (ImportState.IMPORTED, "zoe", ())


def test_the_good_rows_alone_are_imported_when_asked_for(desk) -> None:
    shown = desk.imports.preview("march.csv", LEDGER.encode(), "anna")

    done = desk.imports.accept(shown.import_id, "anna", only_good=True)

    assert (len(desk.ledger.postings(MARCH)), done.left_out) == (1, 2)


def test_the_same_content_is_imported_once_whatever_its_name(desk) -> None:
    first = desk.imports.preview("march.csv", LEDGER.encode(), "anna")
    desk.imports.accept(first.import_id, "anna", only_good=True)

    again = desk.imports.preview("other.csv", LEDGER.encode(), "zoe")

    assert (again.import_id, again.is_known, again.state) == (first.import_id, True, ImportState.IMPORTED)
    with pytest.raises(Refused, match="before"):
        desk.imports.accept(again.import_id, "zoe", only_good=True)
    assert len(desk.ledger.postings(MARCH)) == 1


def test_a_row_that_is_booked_already_is_asked_about_in_the_next_file(desk) -> None:
    desk.imports.accept(desk.imports.preview("march.csv", LEDGER.encode(), "anna").import_id, "anna", only_good=True)
    longer = [*LEDGER.splitlines()[:2], "2026-03-09;Weir;Rent;7;;"]

    shown = desk.imports.preview("longer.csv", "\n".join(longer).encode(), "zoe")
    told_apart = desk.imports.mend(shown.import_id, {2: {"text": "the second delivery"}}, "zoe")

    assert [[(f.column, f.code, f.value) for f in row.findings] for row in shown.rows] == [
        [("text", "ROW_BOOKED_BEFORE", "anna")],
        [],
    ]
    assert told_apart.bad == ()


def test_the_next_row_of_a_counterparty_goes_where_its_last_one_went(desk) -> None:
    desk.ledger.post(NewPosting("P-2", "rent", date(2026, 3, 1), Decimal(5), "RUB", counterparty="Landlord"), "anna")

    shown = desk.imports.preview("x.csv", b"Date;Amount;Counterparty\n2026-03-08;7;Landlord\n", "anna")

    assert [(row.posting.project_id, row.posting.article_id) for row in shown.good] == [("P-2", "rent")]


def test_a_locked_month_refuses_every_way_in_and_names_month_person_and_lock(desk) -> None:
    preview = desk.imports.preview("march.csv", LEDGER.encode(), "anna")
    version = desk.versions.create("Plan", VersionKind.PLAN, "anna", "")
    held = desk.ledger.post(posting("1"), "anna")
    close = locked(desk)
    lock = desk.locks.of(MARCH)
    ways = (
        lambda: desk.ledger.post(posting(), "boris"),
        lambda: desk.ledger.remove(held.posting_id),
        lambda: desk.rates.keep([DailyRate("USD", date(2026, 3, 2), Decimal(90))], "boris", "file"),
        lambda: desk.rates.enter_by_hand("USD", MARCH, Decimal(90), "reason", "boris"),
        lambda: desk.notes.add(("P-1", "rent", MARCH), "late thought", "boris"),
        lambda: desk.versions.plan(version.version_id, {("P-1", "rent", MARCH): Decimal(5)}, "boris"),
        lambda: desk.closes.explain(close.close_id, "P-1", "rent", "late", "boris"),
        lambda: desk.closes.judge(close.close_id, "P-1", [], {}),
    )

    for way in ways:
        with pytest.raises(MonthLocked, match=f"2026-03 is locked: zoe .*lock {lock.lock_id}"):
            way()

    assert [f.code for row in desk.imports.get(preview.import_id).bad for f in row.findings if f.column == "date"] == [
        "MONTH_LOCKED"
    ] * 3


RAW = (
    "INSERT INTO finance_plan_line SELECT tenant_id, 'v', month, project_id, article_id, 1, 'x', 1 FROM finance_posting",
    "UPDATE finance_posting SET minor = 1",
    "UPDATE finance_posting SET month = '2026-04', booked_on = '2026-04-01'",
    "UPDATE finance_posting SET month = '2026-03', booked_on = '2026-03-09' WHERE month = '2026-05'",
    "UPDATE finance_posting SET booked_on = '2026-03-09' WHERE month = '2026-05'",
    "UPDATE finance_posting SET tenant_id = 'another' WHERE month = '2026-03'",
    "DELETE FROM finance_posting",
    "DELETE FROM finance_deviation",
    "DELETE FROM finance_lock",
    "UPDATE finance_lock SET month = '2020-01'",
    "UPDATE finance_lock SET unlocked_at = 1",
    "UPDATE finance_lock SET unlocked_at = 1, unlocked_by = 'x', unlock_requested_by = 'x', unlock_reason = 'y'",
)


@pytest.mark.parametrize("statement", RAW, ids=range(len(RAW)))
def test_raw_sql_changes_nothing_in_a_locked_month(desk, statement) -> None:
    desk.ledger.post(posting("77", month=5), "anna")
    locked(desk)

    with pytest.raises(IntegrityError), desk.ledger.engine.begin() as connection:
        connection.execute(text(statement))

    assert [str(each.amount) for each in desk.ledger.postings(MARCH)] == ["10.00"]
    assert [str(each.amount) for each in desk.ledger.postings(Month(2026, 5))] == ["77.00"]
    assert desk.locks.of(MARCH) is not None


POSTING = "tenant_id, project_id, article_id, '2026-05', '2026-05-09', 1, currency, '', '', '', 'eve', 1, '', 0"
LOCK = "close_id, 'zoe', 'eve', 1, digest, '', '', NULL, '', NULL"
KEPT = "FROM finance_posting WHERE month = '2026-03'"
DEVIATION = (
    "tenant_id, month, project_id, article_id, close_id, plan_minor, fact_minor, verdict, reason, explanation, explained_by"
)
OF = "FROM finance_deviation LIMIT 1"
# What SQLite would do without a word: take away the row that has the same key.
REPLACED = (
    f"INSERT OR REPLACE INTO finance_posting SELECT number, 'new', {POSTING} {KEPT}",
    f"INSERT OR REPLACE INTO finance_posting SELECT NULL, posting_id, {POSTING} {KEPT}",
    f"UPDATE OR REPLACE finance_posting SET number = (SELECT number {KEPT}) WHERE month = '2026-05'",
    f"UPDATE OR REPLACE finance_posting SET posting_id = (SELECT posting_id {KEPT}) WHERE month = '2026-05'",
    f"REPLACE INTO finance_deviation (rowid, {DEVIATION}) SELECT rowid, 'x', '2026-05', '', '', '', 0, 0, '', '', '', '' {OF}",
    f"REPLACE INTO finance_lock SELECT number, 'new', tenant_id, '2020-01', {LOCK} FROM finance_lock",
    f"REPLACE INTO finance_lock SELECT NULL, lock_id, tenant_id, '2020-01', {LOCK} FROM finance_lock",
    f"REPLACE INTO finance_lock SELECT NULL, 'new', tenant_id, month, {LOCK} FROM finance_lock",
    "UPDATE OR REPLACE finance_lock SET number = number + 1",
)


def test_nothing_takes_the_place_of_what_a_locked_month_keeps(desk) -> None:
    engine = desk.ledger.engine
    if engine.dialect.name != "sqlite":
        pytest.skip("only SQLite replaces rows")
    desk.ledger.post(posting("77", month=5), "anna")
    locked(desk)

    for statement in REPLACED:
        with pytest.raises(IntegrityError, match=r"FINANCE_(MONTH_LOCKED|LOCK_KEPT)"):
            run(engine, statement)
    run(
        engine,
        f"REPLACE INTO finance_posting SELECT number, posting_id, {POSTING} FROM finance_posting WHERE month = '2026-05'",
    )

    assert [str(each.amount) for each in desk.ledger.postings(MARCH)] == ["10.00"]
    # In an open month a row may take another's place.
    assert [str(each.amount) for each in desk.ledger.postings(Month(2026, 5))] == ["0.01"]
    assert desk.locks.of(MARCH).locked_by == "zoe"


def test_the_triggers_know_every_key_of_what_they_guard() -> None:
    for name, keys in {**GUARDED, "finance_lock": LOCK_KEYS}.items():
        table = metadata.tables[name]
        keys_of_table = [table.primary_key, *(each for each in table.constraints if isinstance(each, UniqueConstraint))]

        assert set(keys) == {tuple(column.name for column in key.columns) for key in keys_of_table}, name


COPIED = "COPY finance_posting (posting_id, tenant_id, project_id, article_id, month, booked_on, minor, currency, document, "
COPIED += "counterparty, text, entered_by, entered_at, import_id, row_number) FROM STDIN"
ROW = "x\t<default>\tP-1\trent\t2026-03\t2026-03-05\t100\tRUB\t\t\t\teve\t1\t\t0\n"
MERGED = "MERGE INTO finance_posting p USING (SELECT 1) s ON p.month = '2026-03' WHEN MATCHED THEN UPDATE SET minor = 1"


def run(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))


def copy_in(engine: Engine) -> None:
    with engine.connect() as connection, connection.connection.cursor().copy(COPIED) as copy:
        copy.write(ROW)


def test_postgresql_names_month_person_and_lock_to_raw_sql(desk) -> None:
    """Row by row, merged, copied in, or the whole table emptied."""
    engine = desk.ledger.engine
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite's triggers can say fixed words only")
    locked(desk)
    said = r"2026-03 is locked: zoe .*lock [0-9a-f]{12}"

    for statement in ("DELETE FROM finance_posting", MERGED, *(f"TRUNCATE {table}" for table in (*GUARDED, "finance_lock"))):
        with pytest.raises(IntegrityError, match=said):
            run(engine, statement)
    with pytest.raises(CheckViolation, match=said):
        copy_in(engine)

    assert [str(each.amount) for each in desk.ledger.postings(MARCH)] == ["10.00"]


def test_a_migrated_database_has_the_same_triggers(database_url) -> None:
    engine = empty_database(database_url)
    migrated = _triggers(engine)

    assert len(migrated) >= 14
    with engine.begin() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
    assert _triggers(engine) == migrated
    engine.dispose()


def _triggers(engine: Engine) -> set[str]:
    catalog = "sqlite_master WHERE type = 'trigger' AND name" if engine.dialect.name == "sqlite" else "pg_trigger WHERE tgname"
    column = "name" if engine.dialect.name == "sqlite" else "tgname"
    with engine.connect() as connection:
        return {row[0] for row in connection.execute(text(f"SELECT {column} FROM {catalog} LIKE 'finance%'"))}


def test_an_open_month_beside_a_locked_one_takes_writes(desk) -> None:
    locked(desk)

    desk.ledger.post(posting(month=4), "boris")
    desk.versions.create("Forecast", VersionKind.FORECAST, "anna", "next quarter")

    assert len(desk.ledger.postings(MARCH.next)) == 1


def test_unlocking_takes_a_reason_and_two_people_and_stays_in_the_history(desk) -> None:
    locked(desk)
    with pytest.raises(Refused, match="nobody has asked"):
        desk.locks.unlock(MARCH, "zoe")
    with pytest.raises(Refused, match="say why"):
        desk.locks.request_unlock(MARCH, "anna", " ")
    desk.locks.request_unlock(MARCH, "anna", "an invoice came late")
    with pytest.raises(Refused, match="somebody else must agree"):
        desk.locks.unlock(MARCH, "anna")

    desk.locks.unlock(MARCH, "zoe")

    desk.ledger.post(posting("3"), "boris")
    [held] = desk.locks.history(MARCH)
    assert (held.unlock_requested_by, held.unlocked_by, held.unlock_reason) == ("anna", "zoe", "an invoice came late")


def test_whoever_checked_does_not_approve(desk) -> None:
    desk.ledger.post(posting(), "anna")
    close = desk.closes.open(MARCH, "calendar", 7)
    found = desk.closes.collect(close.close_id, "P-1")
    desk.closes.judge(close.close_id, "P-1", found, {"rent": (Verdict.ACCEPT, "")})
    desk.closes.check(close.close_id, "anna", is_right=True)

    with pytest.raises(Refused, match="somebody else must approve"):
        desk.closes.approve(close.close_id, "anna", is_right=True)


def test_a_close_with_open_explanations_is_not_right(desk) -> None:
    desk.ledger.post(posting(), "anna")
    close = desk.closes.open(MARCH, "calendar", 7)
    desk.closes.judge(close.close_id, "P-1", desk.closes.collect(close.close_id, "P-1"), {})

    with pytest.raises(Refused, match="1 deviation is not explained yet in 2026-03"):
        desk.closes.check(close.close_id, "anna", is_right=True)

    assert desk.closes.explain(close.close_id, "P-1", "rent", "a new hall", "boris") == 0
    assert desk.closes.check(close.close_id, "anna", is_right=True).state is CloseState.APPROVING
    assert [each.name for each in desk.outbox.pending()] == ["deviations_explained", "close_checked"]


def test_what_was_not_collected_cannot_be_called_right(desk) -> None:
    desk.ledger.post(posting(), "anna")
    close = desk.closes.open(MARCH, "calendar", 7)

    with pytest.raises(Refused, match="not those that were collected"):
        desk.closes.check(close.close_id, "anna", is_right=True)


def test_numbers_that_changed_after_the_check_are_not_locked(desk) -> None:
    desk.ledger.post(posting(), "anna")
    close = approved(desk)
    desk.ledger.post(posting("0.01"), "boris")

    with pytest.raises(InputsChanged):
        desk.closes.lock(close.close_id)

    assert desk.locks.of(MARCH) is None
    assert desk.closes.close(close.close_id).state is CloseState.RETURNED


def test_closing_again_from_the_same_inputs_gives_the_same_digest(desk) -> None:
    close = locked(desk)
    desk.locks.request_unlock(MARCH, "anna", "to look again")
    desk.locks.unlock(MARCH, "zoe")

    again = approved(desk, instance=8)
    desk.closes.lock(again.close_id)

    assert [each.digest for each in desk.locks.history(MARCH)] == [close.digest] * 2


def test_a_month_is_closed_by_one_instance_at_a_time(desk) -> None:
    first = desk.closes.open(MARCH, "anna", 7)

    assert desk.closes.open(MARCH, "anna", 7) == first
    with pytest.raises(AlreadyClosing, match="process instance 7"):
        desk.closes.open(MARCH, "zoe", 8)
    desk.closes.abandon(first.close_id, "zoe", "cancelled")
    assert desk.closes.open(MARCH, "zoe", 8).state is CloseState.COLLECTING


def test_an_explanation_stands_while_its_numbers_do(desk) -> None:
    desk.ledger.post(posting(), "anna")
    close = desk.closes.open(MARCH, "calendar", 7)
    desk.closes.judge(close.close_id, "P-1", desk.closes.collect(close.close_id, "P-1"), {})
    desk.closes.explain(close.close_id, "P-1", "rent", "a new hall", "boris")

    same = desk.closes.judge(close.close_id, "P-1", desk.closes.collect(close.close_id, "P-1"), {})
    desk.ledger.post(posting("5"), "anna")
    moved = desk.closes.judge(close.close_id, "P-1", desk.closes.collect(close.close_id, "P-1"), {})

    [kept] = desk.closes.deviations(MARCH, "P-1")
    assert (same, moved, kept.explanation, kept.explained_by) == (0, 1, "a new hall", "")


def test_a_missing_rate_stops_the_collecting_and_one_by_hand_lets_it_go_on(desk) -> None:
    desk.ledger.post(posting("100", currency="USD"), "anna")
    close = desk.closes.open(MARCH, "calendar", 7)
    with pytest.raises(RateMissing, match="USD"):
        desk.closes.collect(close.close_id, "P-1")
    with pytest.raises(Invalid, match="reason"):
        desk.rates.enter_by_hand("USD", MARCH, Decimal("90.5"), "", "anna")

    desk.rates.enter_by_hand("USD", MARCH, Decimal("90.5"), "letter of the bank", "anna")

    [found] = desk.closes.collect(close.close_id, "P-1")
    assert found.fact == Decimal("9050.00")
    assert [line.detail for line in desk.trail.lines(MARCH) if line.action == "manual_rate"] == ["USD 90.5: letter of the bank"]


def test_a_forecast_inherits_its_plan_and_a_frozen_one_is_not_changed(desk) -> None:
    plan = desk.versions.create("Plan", VersionKind.PLAN, "anna", "")
    desk.versions.spread(plan.version_id, "P-1", "rent", MARCH.until(MARCH.plus(2)), Decimal(100), "anna")
    with pytest.raises(Refused, match="freeze"):
        desk.versions.create("Forecast", VersionKind.FORECAST, "anna", "", plan.version_id)
    desk.versions.freeze(plan.version_id, "zoe")
    forecast = desk.versions.create("Forecast", VersionKind.FORECAST, "anna", "dearer", plan.version_id)

    desk.versions.plan(forecast.version_id, {("P-1", "rent", MARCH): Decimal(50)}, "anna")

    amounts = desk.versions.amounts(forecast.version_id, MARCH.until(MARCH.plus(2)))
    assert [str(amount) for _key, amount in sorted(amounts.items())] == ["50.00", "33.33", "33.33"]
    with pytest.raises(Refused, match="frozen"):
        desk.versions.plan(plan.version_id, {("P-1", "rent", MARCH): Decimal(1)}, "anna")


def test_no_posting_slips_in_while_a_month_is_being_locked(desk) -> None:
    """A writer that began before the lock is counted by it or refused; never neither."""
    desk.ledger.post(posting(), "anna")
    close = approved(desk)
    outcomes: list[str] = []

    def write() -> None:
        try:
            desk.ledger.post(posting("7"), "boris")
            outcomes.append("written")
        except MonthLocked:
            outcomes.append("refused")

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        desk.closes.lock(close.close_id)
        outcomes.append("locked")
    except InputsChanged:
        outcomes.append("changed")
    for thread in threads:
        thread.join()

    count = len(desk.ledger.postings(MARCH))
    assert count == 1 + outcomes.count("written")
    assert ("locked" in outcomes) == (desk.locks.of(MARCH) is not None)
    if "locked" in outcomes:
        assert count == 1
