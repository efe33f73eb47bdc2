"""Keeping in step, on each database: each record once, going on after any interruption, counts that tell the truth."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, func, select

from history.database import open_engine
from services.crm.connectors import Crm, CrmBusy, Hint, Kind, Page, Record
from services.crm.connectors.built_in import BuiltInCrm
from services.crm.connectors.tables import metadata as connector_tables
from services.crm.connectors.tables import record
from services.crm.sync import Busy, ConnectionBook, HintBox, InvalidConnection, Lease, LeaseLost, Sync
from services.crm.tables import metadata as crm_tables
from tests.crm_rig import add_connection, built_in
from tests.web_app import open_database


@pytest.fixture
def engine(database_url) -> Iterator[Engine]:
    made = open_engine(database_url)
    for metadata in (connector_tables, crm_tables):
        metadata.create_all(made)
    add_connection(made)
    yield made
    made.dispose()


@pytest.fixture
def theirs(tmp_path):
    made = open_database(tmp_path / "theirs.db")
    yield built_in(made, [])
    made.dispose()


@dataclass
class Interrupted:
    """Records whose pages stop coming after some."""

    inner: object
    pages_left: int
    asked: list[str] = field(default_factory=list)

    def page(self, *, since: datetime | None, cursor: str) -> Page:
        self.asked.append(cursor)
        if self.pages_left == 0:
            raise CrmBusy("too many requests")
        self.pages_left -= 1
        return self.inner.page(since=since, cursor=cursor)

    def count(self) -> int:
        return self.inner.count()

    def get(self, record_id: str) -> Record:
        return self.inner.get(record_id)


@dataclass
class Listed:
    """Records whose pages hide some, as a list does that shifts while it is read."""

    shown: list[Record]
    total: int

    def page(self, *, since: datetime | None, cursor: str) -> Page:
        return Page(self.shown if since is None else [], None, datetime.now(UTC))

    def count(self) -> int:
        return self.total


def customer(number: int, name: str = "x") -> Record:
    return Record(Kind.CUSTOMER, str(number), datetime.fromtimestamp(number, UTC), {"name": name})


def held(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(record).where(record.c.is_gone.is_(False))).scalar_one()


def standing(engine: Engine, kind: Kind = Kind.CUSTOMER):
    found = ConnectionBook(engine).named("sales")
    return next(each for each in found.standings if each.kind is kind)


def test_the_first_run_reads_everything_and_the_second_only_the_overlap(engine: Engine, theirs) -> None:
    for number in range(1, 1203):
        theirs.put("customer", number, {"name": f"Company {number}"}, time.time() - 7200)

    first, second = (Sync(engine).run("c1", theirs.crm) for _ in range(2))

    assert (first.seen, first.changed, second.seen) == (1202, 1202, 0)
    assert held(engine) == 1202
    assert (standing(engine).ours, standing(engine).theirs, standing(engine).is_complete) == (1202, 1202, True)


@pytest.mark.parametrize("pages", [0, 1, 2])
def test_a_run_that_broke_off_at_any_page_goes_on_there(engine: Engine, theirs, pages: int) -> None:
    for number in range(1, 1203):
        theirs.put("customer", number, {"name": f"Company {number}"}, 1_700_000_000)
    broken = Interrupted(theirs.crm.customers, pages)
    with pytest.raises(CrmBusy):
        Sync(engine).run("c1", Crm(broken))

    whole = Interrupted(theirs.crm.customers, 10)
    Sync(engine).run("c1", Crm(whole))

    assert held(engine) == 1202
    assert broken.asked + whole.asked == [*["", "500", "1000"][: pages + 1], *["", "500", "1000"][pages:]]
    assert ConnectionBook(engine).named("sales").last_error == ""


def test_time_that_ends_leaves_the_rest_to_the_next_run(engine: Engine, theirs) -> None:
    for number in range(1, 1203):
        theirs.put("customer", number, {"name": f"Company {number}"})
    ticks = iter(range(0, 10**9, 400))

    first = Sync(engine, clock=lambda: next(ticks)).run("c1", theirs.crm, seconds=3)

    assert not first.is_finished
    assert 0 < held(engine) < 1202
    assert standing(engine).is_under_way


def test_a_change_is_kept_and_an_older_answer_does_not_undo_it(engine: Engine) -> None:
    new, old = customer(7, "new"), customer(6, "old")
    Sync(engine).run("c1", Crm(Listed([new], 1)))
    ConnectionBook(engine).read_all("sales")

    outcome = Sync(engine).run("c1", Crm(Listed([Record(Kind.CUSTOMER, "7", old.changed_at, old.values)], 1)))

    with engine.connect() as connection:
        assert connection.execute(select(record.c["values"])).scalars().all() == ['{"name": "new"}']
    assert outcome.changed == 0


def test_a_record_that_was_deleted_there_is_gone_here_after_counts_differed_twice(engine: Engine, theirs) -> None:
    for number in (1, 2, 3):
        theirs.put("customer", number, {"name": "x"}, 1_700_000_000)
    Sync(engine).run("c1", theirs.crm)
    theirs.remove("customer", 2)

    counts = []
    for _ in range(3):
        Sync(engine).run("c1", theirs.crm)
        counts.append((standing(engine).ours, standing(engine).theirs))

    assert counts == [(3, 2), (3, 2), (2, 2)]


def test_a_list_that_hides_records_is_an_alarm_and_none_of_ours_is_given_up(engine: Engine) -> None:
    alarms = []
    sync = Sync(engine, alarm=lambda *told: alarms.append(told))
    sync.run("c1", Crm(Listed([customer(1), customer(2), customer(3)], 3)))
    ConnectionBook(engine).read_all("sales")

    for _ in range(3):
        sync.run("c1", Crm(Listed([customer(1), customer(3)], 4)))

    assert held(engine) == 3
    assert alarms == [("c1", Kind.CUSTOMER, 3, 4)]
    assert standing(engine).incomplete_passes == 3


def test_a_webhooks_hint_is_read_anew_and_told_twice_it_is_read_once(engine: Engine, theirs) -> None:
    theirs.put("customer", 5, {"name": "Aqua"}, 1_700_000_000)
    asked = Interrupted(theirs.crm.customers, 10)
    box = HintBox(engine, "c1")
    box.put([Hint(Kind.CUSTOMER, "5")], 1)
    box.put([Hint(Kind.CUSTOMER, "5"), Hint(Kind.CUSTOMER, "77")], 2)

    assert [each[:2] for each in box.waiting()] == [(Kind.CUSTOMER, "5"), (Kind.CUSTOMER, "77")]
    Sync(engine).run("c1", Crm(asked))

    assert box.waiting() == []
    assert held(engine) == 1


def test_two_processes_do_not_read_one_connection_together(engine: Engine, theirs) -> None:
    Lease("c1", lambda: int(time.time() * 1000)).take(engine)

    with pytest.raises(Busy):
        Sync(engine).run("c1", theirs.crm)


def test_a_process_that_was_thought_dead_writes_nothing_more(engine: Engine, theirs) -> None:
    theirs.put("customer", 1, {"name": "x"})

    class Overtaken(Interrupted):
        def page(self, **asked) -> Page:
            found = super().page(**asked)
            with engine.begin() as connection:
                connection.exec_driver_sql("UPDATE crm_connection SET held_until = 0")
            Lease("c1", lambda: int(time.time() * 1000)).take(engine)
            return found

    with pytest.raises(LeaseLost):
        Sync(engine).run("c1", Crm(Overtaken(theirs.crm.customers, 10)))

    assert held(engine) == 0


def test_tickets_go_to_the_desk_again_after_a_break_and_the_desk_takes_each_once(engine: Engine) -> None:
    taken = []
    ticket = Record(Kind.TICKET, "9", datetime.now(UTC), {"subject": "Pump", "text": "It leaks"})
    source = Listed([ticket], 1)

    Sync(engine, intake=lambda name, records: taken.extend((name, each.record_id) for each in records)).run(
        "c1", Crm(tickets=source)
    )

    assert taken == [("c1", "9")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Big"},
        {"name": "tickets"},
        {"system": "sap"},
        {"base_url": "file:///etc/passwd"},
        {"base_url": "https://user:pw@crm.example"},
        {"base_url": "https://crm.example/?a=1"},
        {"base_url": "https://[::1"},
    ],
)
def test_a_connection_that_cannot_be_is_refused(engine: Engine, wrong: dict[str, str]) -> None:
    good = {"name": "other", "system": "amocrm", "base_url": "https://example.amocrm.ru"}

    with pytest.raises(InvalidConnection):
        ConnectionBook(engine).add(**{**good, **wrong})

    assert [each.name for each in ConnectionBook(engine).all()] == ["sales"]


def test_what_is_due_is_what_has_something_to_read(engine: Engine, theirs) -> None:
    book, now = ConnectionBook(engine), datetime.now(UTC)

    before = [each.name for each in book.due(now, 300)]
    Sync(engine).run("c1", theirs.crm)
    after = [each.name for each in book.due(now, 300)]
    HintBox(engine, "c1").put([Hint(Kind.CUSTOMER, "5")], 1)
    hinted = [each.name for each in book.due(now, 300)]
    book.pause("sales", is_paused=True)

    assert (before, after, hinted, book.due(now, 300)) == (["sales"], [], ["sales"], [])


def test_the_built_in_crm_keeps_tenants_apart(engine: Engine) -> None:
    BuiltInCrm(engine, "a").crm().customers.add("1", {"name": "Aqua"})

    assert BuiltInCrm(engine, "b").crm().customers.count() == 0
