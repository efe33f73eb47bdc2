"""One suite for every adapter of the engine's store."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.processing.ports import Batch, Counters, Row, Store, StoredRow
from engine.state.memory import MemoryStore
from engine.state.sqlite import SqliteStore
from tests.engine_rig import EngineRig
from tests.engine_scenarios import SCENARIOS


@pytest.fixture(params=["memory", "sqlite"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Opens the same state each time it is called."""
    opened: list[Store] = []

    def open_again() -> Store:
        store: Store = opened[0] if opened and request.param == "memory" else None  # type: ignore[assignment]
        if store is None:
            store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "engine.db")
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
