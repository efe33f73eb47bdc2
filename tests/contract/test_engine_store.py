"""One suite for every adapter of the engine's store."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from engine.processing.commands import DEFAULT_TENANT
from engine.processing.ports import Batch, Counters, RecordsDropped, Row, Store, StoredRow
from engine.state.chain import checksum
from engine.state.memory import MemoryStore
from engine.state.postgres import PostgresStore
from engine.state.postgres_reader import plain_url
from engine.state.postgres_schema import stored_version
from engine.state.sqlite import SqliteStore
from tests.bpmn_builder import process
from tests.engine_rig import EngineRig
from tests.engine_scenarios import SCENARIOS
from tests.tenant_rigs import SharedEngine, story, story_alone


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Opens the same state each time it is called; the one opened before is closed, as one gateway at a time may write."""
    opened: list[Store] = []
    in_memory = MemoryStore()

    def open_again() -> Store:
        while opened:
            opened.pop().close()
        store: Store
        match request.param:
            case "memory":
                store = in_memory
            case "sqlite":
                store = SqliteStore(tmp_path / "engine.db")
            case _:
                store = PostgresStore(request.getfixturevalue("postgres_url"))
        opened.append(store)
        return store

    yield open_again
    for store in opened:
        store.close()


def _commit(
    store: Store, *rows: Row, deletes: tuple[int, ...] = (), records: tuple[str, ...] = (), last_position: int = 0
) -> None:
    batch = Batch(Counters(9, last_position, 1), list(rows), list(deletes), list(records), last_position - len(records) + 1)
    store.write(batch)
    store.commit(batch)


def test_a_new_store_has_no_counters(open_store: Callable[[], Store]) -> None:
    store = open_store()

    counters = store.counters()

    assert counters is None


def test_rows_are_read_by_owner_in_the_order_of_their_keys(open_store: Callable[[], Store]) -> None:
    store = open_store()

    _commit(store, Row(7, 1, 3, None, None, b"b"), Row(-2, 1, 2, None, None, b"a"), Row(8, 2, 3, None, None, b"c"))

    assert store.owned(1) == [StoredRow(-2, 2, b"a"), StoredRow(7, 3, b"b")]
    assert store.owner_of(8) == 2
    assert store.row(8) == StoredRow(8, 3, b"c")
    assert store.row(99) is None


def test_a_row_is_found_where_it_says_and_not_where_it_was(open_store: Callable[[], Store]) -> None:
    store = open_store()
    _commit(store, Row(7, 1, 3, "j/work", None, b"1"), Row(8, 1, 3, "j/work", 50, b"2"), Row(9, 1, 3, "jx", None, b"3"))

    _commit(store, Row(7, 1, 3, None, 60, b"4"))

    assert store.keys_at("j/work") == [8]
    assert sorted(store.lookups("j/")) == [("j/work", 8)]
    assert sorted(store.dues()) == [(50, 8), (60, 7)]


def test_a_deleted_row_is_gone_everywhere(open_store: Callable[[], Store]) -> None:
    store = open_store()
    _commit(store, Row(7, 1, 3, "j/work", 5, b"1"))

    _commit(store, deletes=(7, 1234))

    assert store.owned(1) == []
    assert store.owner_of(7) is None
    assert store.keys_at("j/work") == []
    assert list(store.dues()) == []


def test_what_is_written_is_there_after_opening_again(open_store: Callable[[], Store]) -> None:
    _commit(open_store(), Row(7, 1, 3, None, None, b"kept"), records=("{}",), last_position=4)

    again = open_store()

    assert again.counters() == Counters(9, 4, 1)
    assert again.row(7) == StoredRow(7, 3, b"kept")


def test_records_come_in_the_chunks_they_were_committed_in(open_store: Callable[[], Store]) -> None:
    store = open_store()
    _commit(store, records=('{"position":1}', '{"position":2}'), last_position=2)
    _commit(store, records=('{"position":3}',), last_position=3)

    first, second, third = store.records(-1), store.records(2), store.records(3)

    assert first is not None
    assert (first.first_position, first.last_position, first.lines) == (1, 2, b'{"position":1}\n{"position":2}\n')
    assert second is not None
    assert second.lines == b'{"position":3}\n'
    assert third is None


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_store_gives_the_same_records(open_store: Callable[[], Store], name: str) -> None:
    expected, rig = EngineRig(), EngineRig(open_store(), restarts=True)

    SCENARIOS[name](expected)
    SCENARIOS[name](rig)

    assert rig.records == expected.records


@pytest.mark.parametrize("name", SCENARIOS)
def test_two_tenants_in_one_store_are_kept_apart_over_every_restart(open_store: Callable[[], Store], name: str) -> None:
    shared = SharedEngine(1, restarts=True, store=open_store())

    first, second = shared.play(SCENARIOS[name], DEFAULT_TENANT, "acme")

    assert story(first) == story_alone(SCENARIOS[name], DEFAULT_TENANT)
    assert story(second) == story_alone(SCENARIOS[name], "acme")


def test_the_jobs_of_each_tenant_are_found_again_in_a_state_that_was_opened_anew(open_store: Callable[[], Store]) -> None:
    asked = {}
    for tenant_id in ("globex", DEFAULT_TENANT, "acme"):
        rig = EngineRig(open_store(), tenant_id=tenant_id)
        rig.deploy(process("p").start().service_task("work").end())
        asked[tenant_id] = rig.create("p")

    handed_out = {}
    for tenant_id in asked:
        rig = EngineRig(open_store(), tenant_id=tenant_id)
        rig.job_tenants = (tenant_id,)
        handed_out[tenant_id] = [(job.tenant_id, job.process_instance_key) for job in rig.activate("work")]

    assert handed_out == {tenant_id: [(tenant_id, key)] for tenant_id, key in asked.items()}


def _log(store: Store, *moments: int) -> None:
    """A chunk of one record for each moment, at positions 1, 2, 3 …"""
    for position, moment in enumerate(moments, 1):
        batch = Batch(Counters(9, position, moment), records=[f'{{"position":{position},"v":1}}'], first_position=position)
        store.write(batch)
        store.commit(batch)


def _drop(store: Store, through: int) -> None:
    counters = store.counters()
    assert counters is not None
    batch = Batch(counters, drop_through=through)
    store.write(batch)
    store.commit(batch)


def test_dropped_records_are_gone_and_asking_for_them_says_so(open_store: Callable[[], Store]) -> None:
    store = open_store()
    _log(store, 100, 200, 300)

    _drop(store, 2)

    assert store.log_start().dropped_through == 2
    assert [chunk.last_position for chunk in store.chunks()] == [3]
    third = store.records(2)
    assert third is not None
    assert third.first_position == 3
    for position in (-1, 0, 1):
        with pytest.raises(RecordsDropped, match="up to 2 are dropped"):
            store.records(position)


def test_a_log_that_was_dropped_to_its_end_says_so_as_well(open_store: Callable[[], Store]) -> None:
    _log(open_store(), 100, 200)
    _drop(open_store(), 2)

    store = open_store()

    assert store.records(2) is None
    with pytest.raises(RecordsDropped):
        store.records(1)


def test_only_chunks_that_are_old_enough_and_read_may_be_dropped(open_store: Callable[[], Store]) -> None:
    store = open_store()
    _log(store, 100, 200, 300, 400)

    assert store.droppable(through=4, before=301, limit=10) == 3
    assert store.droppable(through=2, before=301, limit=10) == 2
    assert store.droppable(through=4, before=301, limit=1) == 1
    assert store.droppable(through=4, before=100, limit=10) == 0


def test_checksums_continue_over_dropping_and_opening_again(open_store: Callable[[], Store]) -> None:
    store = open_store()
    _log(store, 100, 200)
    _drop(store, 2)
    start = open_store().log_start()

    store = open_store()
    batch = Batch(Counters(9, 3, 300), records=['{"position":3}'], first_position=3)
    store.write(batch)
    store.commit(batch)

    (chunk,) = store.chunks()
    assert chunk.checksum == checksum(start.checksum, 3, 3, chunk.compressed)
    assert start.checksum != 0


def test_readers_of_the_log_are_remembered_until_they_are_forgotten(open_store: Callable[[], Store]) -> None:
    store = open_store()
    for readers in ({"history": 5, "mine": 2}, {"history": 7, "mine": None}):
        batch = Batch(Counters(9, 9, 9), readers=dict(readers))
        store.write(batch)
        store.commit(batch)

    assert open_store().readers() == {"history": 7}


def test_lookups_may_be_long_and_hold_any_character(open_store: Callable[[], Store]) -> None:
    store = open_store()
    first, second = "s/4/paid/" + "x" * 5_000 + "\0a", "s/4/paid/" + "x" * 5_000 + "\0b"

    _commit(store, Row(7, 1, 5, first, None, b"1"), Row(8, 1, 5, second, None, b"2"), Row(9, 1, 5, "s/ключ", None, b"3"))

    assert store.keys_at(first) == [7]
    assert store.keys_at(second) == [8]
    assert store.keys_at("s/ключ") == [9]
    assert sorted(key for _, key in store.lookups("s/")) == [7, 8, 9]


def test_every_row_is_read_as_it_was_written(open_store: Callable[[], Store]) -> None:
    store = open_store()
    rows = [Row(-3, 1, 2, None, None, b""), Row(5, 1, 3, "j/work", None, b"\0\xff"), Row(6, -20, 20, "m/x", 77, b"m")]

    _commit(store, *reversed(rows))

    assert list(store.rows()) == [rows[2], *rows[:2]]


def test_tables_in_postgresql_whose_records_zlib_packed_are_brought_up_to_date(postgres_url: str) -> None:
    PostgresStore(postgres_url).close()
    with psycopg.connect(plain_url(postgres_url), autocommit=True) as connection:
        connection.execute("UPDATE penstock_engine.version SET version = 1")

    PostgresStore(postgres_url).close()

    with psycopg.connect(plain_url(postgres_url)) as connection:
        assert stored_version(connection) == 2
