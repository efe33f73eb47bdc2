"""The book of background tasks, the schedule and the lease, on SQLite and on PostgreSQL."""

import threading
from dataclasses import dataclass, replace

import pytest

from history.database import open_engine
from services.background_work import DeadTaskUnknown, SqlLease, SqlSchedule, SqlTaskBook, TaskNotPutOff, TaskState
from services.background_work.tables import metadata


@dataclass
class Hand:
    """A clock moved by hand."""

    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def engine(database_url):
    engine = open_engine(database_url)
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def book(engine, clock) -> SqlTaskBook:
    return SqlTaskBook(engine, clock=clock)


def test_a_task_is_claimed_once_however_often_it_is_delivered(book) -> None:
    task_id = book.add("reports.make", "R-1")
    claimed = []

    threads = [threading.Thread(target=lambda n=n: claimed.append(book.claim(task_id, f"w{n}"))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    taken = [task for task in claimed if task]
    assert len(taken) == 1
    assert (taken[0].subject_id, taken[0].attempts) == ("R-1", 1)
    assert book.done(taken[0])
    assert book.claim(task_id, "late") is None


def test_a_task_the_queue_lost_is_sent_again_later_and_later(book, clock) -> None:
    task_id = book.add("reports.make", "R-1")
    sent = []

    for _second in range(200):
        sent += [clock.now - 1_000_000.0 for each in book.to_send() if each == (task_id, "reports.make")]
        clock.now += 1

    assert sent == [30, 90]


def test_a_claimed_task_is_not_sent_again(book, clock) -> None:
    task_id = book.add("reports.make", "R-1")
    book.claim(task_id, "w1")

    clock.now += 3600

    assert book.to_send() == []


def test_a_failed_task_waits_for_its_time_and_comes_back(book, clock) -> None:
    task_id = book.add("reports.make", "R-1")
    book.failed(book.claim(task_id, "w1"), "OSError: no route", again_in_seconds=10)

    early = book.claim(task_id, "w1"), book.to_send()
    clock.now += 10
    sent, again = book.to_send(), book.claim(task_id, "w2")

    assert early == (None, [])
    assert sent == [(task_id, "reports.make")]
    assert (again.attempts, again.error) == (2, "OSError: no route")


def test_a_task_that_was_put_off_can_be_tried_at_once(book) -> None:
    task_id = book.add("reports.make", "R-1")
    book.failed(book.claim(task_id, "w1"), "OSError: no route", again_in_seconds=3600)

    book.hasten(task_id)

    assert book.to_send() == [(task_id, "reports.make")]
    assert book.claim(task_id, "w2").attempts == 2
    with pytest.raises(TaskNotPutOff, match=task_id):
        book.hasten(task_id)


def test_the_last_failure_makes_a_dead_letter_that_can_be_sent_again(book) -> None:
    task_id = book.add("reports.make", "R-1")
    book.failed(book.claim(task_id, "w1"), "ValueError: " + "x" * 5000, again_in_seconds=None)

    dead = book.dead_letters()
    book.revive(task_id)

    assert [(task.task_id, task.state, len(task.error)) for task in dead] == [(task_id, TaskState.DEAD, 500)]
    assert book.dead_letters() == []
    assert book.to_send() == [(task_id, "reports.make")]
    assert book.claim(task_id, "w1").attempts == 1
    with pytest.raises(DeadTaskUnknown, match=task_id):
        book.revive(task_id)


def test_a_worker_that_was_given_up_cannot_speak_for_its_successor(book, clock) -> None:
    task_id = book.add("reports.make", "R-1")
    first = book.claim(task_id, "w1")
    clock.now += 61
    lost = book.lost()
    book.failed(lost[0], "worker lost", again_in_seconds=0)
    second = book.claim(task_id, "w2")

    spoke = book.done(first), book.renew(first), book.failed(first, "late", again_in_seconds=None)

    assert [task.task_id for task in lost] == [task_id]
    assert spoke == (False, False, False)
    assert book.done(second)


def test_a_renewed_claim_is_not_lost(book, clock) -> None:
    task = book.claim(book.add("reports.make", "R-1"), "w1")

    clock.now += 50
    renewed = book.renew(task)
    clock.now += 50

    assert renewed
    assert book.lost() == []


def test_a_dropped_dead_letter_is_gone_and_others_stay(book) -> None:
    ids = [book.add("reports.make", f"R-{number}") for number in range(3)]
    for task_id in ids:
        book.failed(book.claim(task_id, "w"), "error", again_in_seconds=None)

    book.drop(ids[0])

    assert {task.task_id for task in book.dead_letters()} == set(ids[1:])
    assert book.revive_all() == 2
    with pytest.raises(DeadTaskUnknown):
        book.drop(ids[1])
    assert book.counts() == {TaskState.QUEUED: 2, TaskState.RUNNING: 0, TaskState.DONE: 0, TaskState.DEAD: 0}


def test_finished_tasks_are_forgotten_after_a_while_and_dead_ones_kept(book, clock) -> None:
    book.done(book.claim(book.add("reports.make", "R-1"), "w"))
    book.failed(book.claim(book.add("reports.make", "R-2"), "w"), "error", again_in_seconds=None)
    clock.now += 8 * 86_400

    forgotten = book.forget_done(older_than_days=7)

    assert forgotten == 1
    assert [task.subject_id for task in book.dead_letters()] == ["R-2"]


def test_of_two_that_want_the_lease_one_has_it_until_it_stops(engine, clock) -> None:
    one = SqlLease(engine, "beat", "one", clock=clock)
    two = replace(one, holder="two")

    first = one.hold(), two.hold(), one.hold()
    clock.now += 16
    after = two.hold(), one.hold()

    assert first == (1, None, 1)
    assert after == (2, None)


def test_a_released_lease_is_free_at_once_with_a_new_token(engine, clock) -> None:
    one = SqlLease(engine, "beat", "one", clock=clock)
    held = one.hold()

    one.release()

    assert replace(one, holder="two").hold() == held + 1


def test_a_run_by_the_clock_is_alone(engine, clock) -> None:
    schedule = SqlSchedule(engine, clock=clock)

    begun = schedule.begin("mail.send", token=1, worker="w1"), schedule.begin("mail.send", token=1, worker="w2")
    schedule.end("mail.send", 1, "OSError: no route")
    schedule.end("mail.send", schedule.begin("mail.send", token=1, worker="w2"), "OSError: no route")

    assert begun == (1, None)
    (run,) = schedule.runs()
    assert (run.runs, run.failures, run.worker, run.error) == (2, 2, "w2", "OSError: no route")


def test_a_run_whose_worker_is_gone_does_not_hold_up_the_next_for_ever(engine, clock) -> None:
    schedule = SqlSchedule(engine, clock=clock)
    first = schedule.begin("mail.send", token=1, worker="w1")

    clock.now += 50
    schedule.renew("mail.send", first)
    clock.now += 50
    while_renewed = schedule.begin("mail.send", token=1, worker="w2")
    clock.now += 61
    second = schedule.begin("mail.send", token=1, worker="w2")
    schedule.end("mail.send", first, "too late to say")

    assert (first, while_renewed, second) == (1, None, 2)
    assert schedule.runs()[0].ended_at is None


def test_a_tick_that_comes_twice_runs_once(engine, clock) -> None:
    schedule = SqlSchedule(engine, clock=clock)
    schedule.end("mail.send", schedule.begin("mail.send", token=1, worker="w1"))

    at_once = schedule.begin("mail.send", token=1, worker="w2", gap_seconds=5)
    clock.now += 5

    assert at_once is None
    assert schedule.begin("mail.send", token=1, worker="w2", gap_seconds=5)


def test_a_beat_that_lost_its_lease_is_not_heard(engine, clock) -> None:
    schedule = SqlSchedule(engine, clock=clock)
    schedule.end("mail.send", schedule.begin("mail.send", token=2, worker="w1"))

    assert schedule.begin("mail.send", token=1, worker="w1") is None
    assert schedule.begin("mail.send", token=3, worker="w1")
