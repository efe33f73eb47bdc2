"""The queues of jobs that can be handed out: the oldest first, or one from the middle."""

from random import Random

from engine.processing.commands import DEFAULT_TENANT
from engine.processing.entities import LAST_RANK
from engine.processing.queues import DueQueue, JobQueues


def _queues(*keys: int) -> JobQueues:
    return JobQueues(("work", key, DEFAULT_TENANT) for key in keys)


def _drained(queues: JobQueues) -> list[int]:
    keys: list[int] = []
    while (key := queues.pop("work")) is not None:
        keys.append(key)
    return keys


def test_a_job_taken_from_the_middle_is_not_handed_out_again() -> None:
    queues = _queues(1, 2, 3, 4)

    queues.take("work", 3, DEFAULT_TENANT)
    queues.take("work", 1, DEFAULT_TENANT)

    assert _drained(queues) == [2, 4]


def test_a_taken_job_that_comes_back_stands_where_it_stood() -> None:
    queues = _queues(1, 2, 3)
    queues.take("work", 2, DEFAULT_TENANT)

    queues.push("work", 2, DEFAULT_TENANT)

    assert _drained(queues) == [1, 2, 3]


def test_the_last_job_taken_leaves_an_empty_queue_to_begin_anew() -> None:
    queues = _queues(1)
    queues.take("work", 1, DEFAULT_TENANT)

    queues.push("work", 1, DEFAULT_TENANT)

    assert _drained(queues) == [1]


def test_jobs_taken_behind_one_that_waits_do_not_pile_up() -> None:
    queues = _queues(0)
    for key in range(1, 10_000):
        queues.push("work", key, DEFAULT_TENANT)
        queues.take("work", key, DEFAULT_TENANT)

    (heap,) = queues._heaps.values()

    assert len(heap) < 200
    assert _drained(queues) == [0]


def test_any_order_of_taking_and_coming_hands_out_what_is_there() -> None:
    random = Random(7)
    queues, there = _queues(), set[int]()
    for _ in range(5_000):
        key = random.randrange(300)
        if key not in there:
            queues.push("work", key, DEFAULT_TENANT)
            there.add(key)
        elif random.random() < 0.7:
            queues.take("work", key, DEFAULT_TENANT)
            there.discard(key)
        else:
            assert queues.pop("work") == min(there)
            there.discard(min(there))

    assert _drained(queues) == sorted(there)


def _due(queue: DueQueue, now: int) -> list[int]:
    keys: list[int] = []
    while (key := queue.pop(now)) is not None:
        keys.append(key)
    return keys


def test_what_is_due_at_one_moment_comes_by_its_rank() -> None:
    queue = DueQueue()
    queue.push(10, 7, 5)
    queue.push(10, 9, 3)
    queue.push(10, 4, LAST_RANK)
    queue.push(10, 6)
    queue.push(9, 8, 100)
    queue.push(11, 1)

    assert _due(queue, 10) == [8, 9, 7, 6, 4]
    assert queue.next_due == 11


def test_what_the_store_told_is_ranked_when_it_is_due() -> None:
    ranks = {7: 5, 9: 3, 4: LAST_RANK, 6: 6}
    asked: list[int] = []

    def rank_of(key: int) -> int:
        asked.append(key)
        return ranks[key]

    queue = DueQueue([(10, 7), (10, 9), (10, 4), (10, 6), (11, 1)], rank_of)

    assert queue.pop(9) is None
    assert _due(queue, 11) == [9, 7, 6, 4, 1]
    assert sorted(asked) == [4, 6, 7, 9]


def test_very_many_at_one_moment_are_all_due_once() -> None:
    queue = DueQueue(((10, key) for key in range(1, 2_000)), lambda key: 5_000 - key)

    keys = _due(queue, 10)

    assert sorted(keys) == list(range(1, 2_000))
