"""What every way of telling promises, and what the SQL one promises on each database."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.notifications import (
    ChannelName,
    Event,
    InMemoryDirectory,
    InMemoryNotifications,
    InvalidValues,
    Notifications,
    group,
    person,
    role,
)
from tests.notification_rig import ANN, BORIS, PEOPLE, Rig, open_rig, quick_rig

ESCALATED = {"level": 1, "reason": "too late"}


@pytest.fixture
def rig(database_url: str) -> Iterator[Rig]:
    made = open_rig(database_url)
    yield made
    made.engine.dispose()


@pytest.fixture(params=["memory", "sql"])
def notifications(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Notifications]:
    if request.param == "memory":
        yield InMemoryNotifications(InMemoryDirectory(PEOPLE))
        return
    made = quick_rig(tmp_path / "notifications.db")
    yield made.notifications
    made.engine.dispose()


def test_a_person_a_group_and_a_role_are_told_and_nobody_twice(notifications: Notifications) -> None:
    recipients = [person("Ann"), group("identity"), role("operator"), person("nobody"), group("empty")]

    assert notifications.notify(Event.ESCALATED, recipients, "ticket:T-1", ESCALATED, "1") == 2
    assert notifications.notify(Event.ESCALATED, recipients, "ticket:T-1", ESCALATED, "1") == 0


def test_a_repeated_request_reaches_only_who_was_not_told(notifications: Notifications) -> None:
    notifications.notify(Event.ESCALATED, [person("ann")], "ticket:T-1", ESCALATED, "1")

    told = notifications.notify(Event.ESCALATED, [person("ann"), person("clara")], "ticket:T-1", ESCALATED, "1")

    assert told == 1


def test_another_request_tells_again(notifications: Notifications) -> None:
    told = [notifications.notify(Event.ESCALATED, [person("ann")], "ticket:T-1", ESCALATED, each) for each in ("1", "2")]

    assert told == [1, 1]


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({}, "task: Field required"),
        ({"task": "x", "password": "hunter2"}, "password: Extra inputs"),
        ({"task": 7}, "task: Input should be a valid string"),
    ],
)
def test_values_that_an_event_does_not_carry_are_refused_by_name(notifications: Notifications, values, named: str) -> None:
    with pytest.raises(InvalidValues, match=named) as refused:
        notifications.notify(Event.TASK_ASSIGNED, [person("ann")], "task:1", values, "1")

    assert "hunter2" not in str(refused.value)


def test_a_long_request_id_is_told_apart_from_another(rig: Rig) -> None:
    assert rig.assign(request_id="x" * 500 + "1") == 1
    assert rig.assign(request_id="x" * 500 + "2") == 1
    assert rig.assign(request_id="x" * 500 + "1") == 0


def test_what_is_rolled_back_was_never_told(rig: Rig) -> None:
    with rig.engine.connect() as connection:
        rig.notifications.within(connection).notify(Event.ESCALATED, [person("ann")], "ticket:T-1", ESCALATED, "1")
        connection.rollback()

    assert rig.rows("SELECT count(*) FROM notification") == rig.rows("SELECT count(*) FROM notification_delivery") == [(0,)]


def test_what_the_caller_commits_is_told_with_it(rig: Rig) -> None:
    with rig.engine.begin() as connection:
        rig.notifications.within(connection).notify(Event.ESCALATED, [person("ann")], "ticket:T-1", ESCALATED, "1")

    assert rig.states() == [("email", "waiting", 0)]


def test_two_who_tell_the_same_at_once_tell_it_once(rig: Rig) -> None:
    barrier, told = threading.Barrier(4), []

    def tell() -> None:
        barrier.wait()
        told.append(rig.breach("ann", "boris", "clara"))

    threads = [threading.Thread(target=tell) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sum(told) == 3
    assert rig.rows("SELECT count(*) FROM notification") == [(3,)]
    assert rig.rows("SELECT count(*) FROM notification_delivery") == [(2,)]


def test_two_senders_never_have_the_same_message_in_hand(rig: Rig) -> None:
    for number in range(40):
        rig.breach("ann", "boris", request_id=str(number))
    barrier, taken = threading.Barrier(4), []

    def take() -> None:
        barrier.wait()
        while batches := rig.outbox.claim(ChannelName.EMAIL, 7):
            taken.extend(each for batch in batches for each in batch.ids)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert len(taken) == len(set(taken)) == 80


def test_a_digest_is_one_message_and_stays_the_same_one(rig: Rig) -> None:
    for number in range(3):
        rig.notifications.notify(Event.REPORT_READY, [person("ann")], "report:1", {"report": "Tickets"}, str(number))
    rig.pass_time(days=1)
    [first] = rig.outbox.claim(ChannelName.EMAIL, 50)
    rig.notifications.notify(Event.REPORT_READY, [person("ann")], "report:1", {"report": "Tickets"}, "later")
    rig.pass_time(days=1)

    again = {batch.batch_id: len(batch.ids) for batch in rig.outbox.claim(ChannelName.EMAIL, 50)}

    assert len(first.ids) == 3
    assert again[first.batch_id] == 3
    assert sorted(again.values()) == [1, 3]


def test_the_bell_counts_pages_and_forgets(rig: Rig) -> None:
    for number in range(70):
        rig.pass_time(seconds=number % 2)
        rig.breach("ann", request_id=str(number))
    pages, before = [], None
    while page := rig.inbox.page(ANN.account_id, before=before):
        pages.append([each.notification_id for each in page[:30]])
        before = pages[-1][-1]

    rig.inbox.read(ANN.account_id, pages[0][0])

    assert [len(page) for page in pages] == [30, 30, 10]
    assert len({each for page in pages for each in page}) == 70
    assert rig.inbox.unread(ANN.account_id) == 69
    assert rig.inbox.unread(BORIS.account_id) == 0
    assert rig.inbox.read_all(ANN.account_id) == 69
    assert rig.inbox.unread(ANN.account_id) == 0


def test_old_notifications_go_with_their_deliveries(rig: Rig) -> None:
    rig.breach("ann", request_id="old")
    rig.pass_time(days=91)
    rig.breach("ann", request_id="new")

    assert rig.inbox.clear(older_than=timedelta(days=90)) == 1
    assert len(rig.states()) == 1
