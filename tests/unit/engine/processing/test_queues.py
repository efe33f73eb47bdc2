"""The queues of jobs that can be handed out: the oldest first, or one from the middle."""

from random import Random

from engine.processing.commands import DEFAULT_TENANT
from engine.processing.queues import JobQueues


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
