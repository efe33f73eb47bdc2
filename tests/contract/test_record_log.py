"""One suite for every record log: each record once, in order, and what is missing is known."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.databases import empty_database
from tests.unit.zeebe.exporter_sink.bulks import bulk, line
from zeebe.exporter_sink import MemoryRecordLog, RecordLog, SqlRecordLog, read_bulk


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def log(request, tmp_path):
    if request.param == "memory":
        yield MemoryRecordLog()
        return
    sqlite = f"sqlite:///{tmp_path / 'test.db'}"
    engine = empty_database(sqlite if request.param == "sqlite" else request.getfixturevalue("postgres_url"))
    yield SqlRecordLog(engine)
    engine.dispose()


def records(*positions: int, partition_id: int = 1) -> list:
    return read_bulk(bulk(*(line(position, partition_id=partition_id) for position in positions)))


def positions(log: RecordLog, after: dict[int, int] | None = None) -> list[tuple[int, int]]:
    return [(record.partition_id, record.position) for record in log.read(after or {})]


def test_what_was_appended_is_read_back_in_order(log) -> None:
    log.append(records(1, 2, 5))
    log.append(records(8))

    read = log.read({1: 1})

    assert [record.position for record in read] == [2, 5, 8]
    assert read[0].value == {"type": "work"}


def test_what_comes_again_is_not_kept_again(log) -> None:
    log.append(records(1, 2, 3))

    appended = log.append(records(2, 3, 4))

    assert (appended.fresh, appended.known) == (1, 2)
    assert positions(log) == [(1, 1), (1, 2), (1, 3), (1, 4)]
    assert log.partitions()[0].records == 4


def test_a_bulk_that_holds_a_record_twice_or_out_of_order_is_put_right(log) -> None:
    log.append(records(3, 1, 2, 2))

    assert positions(log) == [(1, 1), (1, 2), (1, 3)]


def test_each_partition_has_its_own_positions(log) -> None:
    log.append(records(1, 2) + records(1, 7, partition_id=2))

    assert positions(log, {1: 1, 2: 1}) == [(1, 2), (2, 7)]
    assert [(each.partition_id, each.position) for each in log.partitions()] == [(1, 2), (2, 7)]


def test_a_long_log_is_read_in_pieces_that_leave_nothing_out(log) -> None:
    log.append(records(*range(1, 40)))
    log.append(records(*range(1, 30), partition_id=2))
    at: dict[int, int] = {}
    read = []

    while some := log.read(at, limit=10):
        assert len(some) <= 10
        at.update({record.partition_id: record.position for record in some})
        read += some

    assert sorted((record.partition_id, record.position) for record in read) == positions(log)
    assert len(read) == 39 + 29


def test_counters_without_a_gap_tell_that_nothing_is_missing(log) -> None:
    log.append(read_bulk(bulk(line(1, counter=1), line(2, counter=1, value_type="VARIABLE"), line(3, counter=2))))

    appended = log.append(read_bulk(bulk(line(3, counter=2), line(4, counter=3))))

    assert (appended.gaps, log.gaps()) == ((), [])


def test_a_gap_is_told_and_remembered(log) -> None:
    log.append(read_bulk(bulk(line(1, counter=1))))

    appended = log.append(read_bulk(bulk(line(9, counter=5))))
    log.append(read_bulk(bulk(line(10, counter=6))))

    [gap] = log.gaps()
    assert appended.gaps == (gap,)
    assert (gap.partition_id, gap.value_type, gap.missing, gap.position) == (1, "JOB", 3, 9)


def test_two_senders_of_the_same_records_leave_each_once(log) -> None:
    same = records(1, 2, 3, 4, 5)

    with ThreadPoolExecutor(4) as senders:
        appended = list(senders.map(log.append, [same] * 8))

    assert [position for _partition, position in positions(log)] == [1, 2, 3, 4, 5]
    assert sum(each.fresh for each in appended) == 5


def test_forgets_only_what_is_old_and_projected(tmp_path) -> None:
    engine = empty_database(f"sqlite:///{tmp_path / 'test.db'}")
    log = SqlRecordLog(engine)
    log.append(records(1, 2))
    log.append(records(3, 4))

    young = log.forget({1: 4}, received_before=0)
    whole = log.dropped_through()
    dropped = log.forget({1: 3}, received_before=2**62)

    assert (young, whole, dropped) == (0, 0, 2)
    assert positions(log) == [(1, 3), (1, 4)]
    assert log.dropped_through() == 2
    log.forget({1: 4}, received_before=2**62)
    assert log.dropped_through() == 4
    engine.dispose()
