"""What the watch finds in the read models, on each database."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import insert

from bootstrap.notification_watch import Watch
from history.tables import NEVER, incident, instance_event, user_task
from history.tables import metadata as history_tables
from services.background_work import SqlSchedule, SqlTaskBook
from services.background_work.tables import metadata as background_tables
from services.changes import (
    Author,
    AuthorKind,
    ChangeDesk,
    ChangeTargets,
    NewChangeSet,
    NewItem,
    Requirement,
    SqlChangeLedger,
    Verdict,
)
from services.changes.memory_target import InMemoryTarget
from services.changes.tables import metadata as changes_tables
from services.notifications import Event, InMemoryDirectory, InMemoryNotifications, Person
from services.notifications.moments import to_ms
from services.reports import Period, ReportFormat, SqlReportRuns
from services.reports.tables import metadata as reports_tables
from tests.notification_rig import PEOPLE, Rig, open_rig

MANAGER = Person("d" * 32, "max", roles=frozenset({"manager"}))


@pytest.fixture
def rig(database_url: str) -> Iterator[Rig]:
    made = open_rig(database_url)
    history_tables.create_all(made.engine)
    reports_tables.create_all(made.engine)
    changes_tables.create_all(made.engine)
    background_tables.create_all(made.engine)
    yield made
    made.engine.dispose()


@pytest.fixture
def watch(rig: Rig) -> Watch:
    made = Watch(rig.engine, InMemoryNotifications(InMemoryDirectory(PEOPLE)), rig.clock)
    made.look()
    return made


def told(watch: Watch) -> list[tuple[Event, str, str]]:
    assert isinstance(watch.notifications, InMemoryNotifications)
    return [(each.event, each.username, each.subject_key) for each in watch.notifications.told]


def add_task(rig: Rig, key: int, assignee: str, *, was_claimed: bool = False) -> None:
    row = {
        **{column.name: "" for column in user_task.c if not column.nullable},
        "key": key,
        "tenant_id": "<default>",
        "state": "CREATED",
        "name": "Check",
        "assignee": assignee,
        "element_instance_key": key + 1,
        "process_definition_key": 3,
        "process_version": 1,
        "process_instance_key": 4,
        "due_at": NEVER,
        "follow_up_at": NEVER,
        "created_at": to_ms(rig.now),
        "created_position": key,
    }
    event = {
        **{column.name: "" for column in instance_event.c if not column.nullable},
        "partition_id": 1,
        "position": key,
        "process_instance_key": 4,
        "happened_at": to_ms(rig.now),
        "kind": "USER_TASK_ASSIGNED",
        "element_instance_key": key + 1,
    }
    with rig.engine.begin() as connection:
        connection.execute(insert(user_task), row)
        if was_claimed:
            connection.execute(insert(instance_event), event)


def add_incident(rig: Rig, key: int, element_id: str = "reserve") -> None:
    row = {
        **{column.name: "" for column in incident.c if not column.nullable},
        "key": key,
        "tenant_id": "<default>",
        "state": "OPEN",
        "bpmn_process_id": "order",
        "element_id": element_id,
        "process_instance_key": 4,
        "process_definition_key": 3,
        "element_instance_key": 5,
        "error_type": "JOB_NO_RETRIES",
        "created_at": to_ms(rig.now),
        "created_position": key,
    }
    with rig.engine.begin() as connection:
        connection.execute(insert(incident), row)


def test_a_task_that_came_with_an_assignee_is_told_once(rig: Rig, watch: Watch) -> None:
    rig.pass_time(seconds=5)
    add_task(rig, 100, "ann")
    add_task(rig, 200, "")
    add_task(rig, 300, "boris", was_claimed=True)

    counts = [watch.look(), watch.look()]

    assert counts == [1, 0]
    assert told(watch) == [(Event.TASK_ASSIGNED, "ann", "task:100")]


def test_a_hundred_incidents_of_one_place_are_one_piece_of_news_an_hour(rig: Rig, watch: Watch) -> None:
    for key in range(100):
        add_incident(rig, key)
    add_incident(rig, 1000, "pay")
    first = watch.look()
    rig.pass_time(hours=1)
    add_incident(rig, 2000)
    second = watch.look()

    assert (first, second) == (2, 1)
    assert {who for _event, who, _subject in told(watch)} == {"boris"}


def test_a_report_that_is_ready_is_told_to_who_asked(rig: Rig, watch: Watch) -> None:
    runs = SqlReportRuns(rig.engine, clock=rig.clock)
    period = Period(date(2026, 10, 1), date(2026, 10, 31))
    done, failed = (
        runs.request("sla", ReportFormat.PDF, period, language="ru", account_id="a", requested_by="ann") for _ in range(2)
    )
    for run in (done, failed):
        runs.claim(run.run_id)
    runs.finish(done.run_id, rows_read=1, size=1)
    runs.fail(failed.run_id, "error")

    watch.look()

    assert told(watch) == [(Event.REPORT_READY, "ann", f"report:{done.run_id}")]
    assert isinstance(watch.notifications, InMemoryNotifications)
    assert watch.notifications.told[0].values["report"] == "Уровни обслуживания (SLA), 2026-10-01 – 2026-10-31"


async def test_a_change_set_that_wants_approval_is_told_to_who_may_give_it_and_not_to_its_author(rig: Rig) -> None:
    watch = Watch(rig.engine, InMemoryNotifications(InMemoryDirectory((*PEOPLE, MANAGER))), rig.clock)
    watch.look()
    desk = ChangeDesk(SqlChangeLedger(rig.engine), ChangeTargets({"crm": InMemoryTarget({"7": {}})}), rig.clock)
    items = tuple(NewItem("crm", "7", name, "new", is_before_known=True) for name in ("phone", "city", "name"))
    change = await desk.propose(NewChangeSet("Customer 7", Author(AuthorKind.PERSON, "MAX"), items, request_id="1"))
    before_the_policy = watch.look()
    verdicts = [Verdict(each) for each in (Requirement.ONE_APPROVAL, Requirement.FOUR_EYES, Requirement.REFUSE)]
    desk.judge(change.set_id, dict(zip([item.item_id for item in change.items], verdicts, strict=True)))

    counts = [watch.look(), watch.look()]

    assert (before_the_policy, counts) == (0, [1, 0])
    assert told(watch) == [(Event.CHANGE_SET_WAITING, "boris", f"change_set:{change.set_id}")]
    assert watch.notifications.told[0].values == {"summary": "Customer 7", "items": 2, "author": "MAX"}


def test_background_work_that_fails_for_good_is_told_to_operators_without_its_content(rig: Rig, watch: Watch) -> None:
    def seconds() -> float:
        return rig.clock().timestamp()

    book, schedule = SqlTaskBook(rig.engine, clock=seconds), SqlSchedule(rig.engine, clock=seconds)
    for _each in range(3):
        task_id = book.add("reports.make", "r1")
        book.failed(book.claim(task_id, "w"), "SMTPError: ann@example.com", again_in_seconds=None)
    put_off = book.add("mail.send", "m1")
    book.failed(book.claim(put_off, "w"), "SMTPError", again_in_seconds=60)
    for failures in (2, 3):
        for _turn in range(failures):
            rig.pass_time(seconds=1)
            schedule.end(f"tick-{failures}", schedule.begin(f"tick-{failures}", token=1, worker="w"), "OSError: away")

    counts = [watch.look(), watch.look()]

    assert counts == [2, 0]
    assert told(watch) == [
        (Event.BACKGROUND_FAILED, "boris", "background:reports.make"),
        (Event.BACKGROUND_FAILED, "boris", "background:tick-3"),
    ]
    assert [each.values["reason"] for each in watch.notifications.told] == ["SMTPError", "OSError"]


def test_what_was_there_before_the_first_look_is_no_news(rig: Rig) -> None:
    add_task(rig, 100, "ann")
    rig.pass_time(hours=1)
    fresh = Watch(rig.engine, InMemoryNotifications(InMemoryDirectory(PEOPLE)), rig.clock)

    counts = [fresh.look(), fresh.look()]

    assert counts == [0, 0]
