"""What the desk promises on every book: in memory, on SQLite and on PostgreSQL."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.sla import (
    COMMON,
    Change,
    ChangeKind,
    ClockEnded,
    ClockUnknown,
    Holiday,
    InMemoryCalendars,
    InMemoryClockBook,
    InMemorySkillBook,
    InvalidCalendar,
    Promise,
    SkillBook,
    Skills,
    SlaDesk,
    SqlCalendars,
    SqlClockBook,
    SqlSkillBook,
    StepKind,
    StepTaken,
    TargetReason,
    TargetsAsked,
    TeamCalendar,
)
from tests.databases import empty_database

HOUR = timedelta(hours=1)
# A Monday.
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
ASKED = TargetsAsked(
    subject_id="T-1",
    subject_type="ticket",
    subject="The printer burns",
    team="workplace",
    lead="workplace-leads",
    priority="normal",
    customer="shop.example",
    process_instance_key=2**52,
    reply_within=2 * HOUR,
    resolve_within=24 * HOUR,
    started_at=NINE,
    now=NINE,
)
# More than any page shows, and than a query was once content with.
MANY = 5_100
OFFICE = {day: ((time(9), time(17)),) for day in range(5)}


@dataclass(frozen=True)
class House:
    desk: SlaDesk
    skills: SkillBook


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    if request.param == "memory":
        yield House(SlaDesk(InMemoryClockBook(), InMemoryCalendars(), now=lambda: NINE), InMemorySkillBook())
        return
    is_sqlite = request.param == "sqlite"
    engine = empty_database(f"sqlite:///{tmp_path / 'sla.db'}" if is_sqlite else request.getfixturevalue("postgres_url"))
    yield House(SlaDesk(SqlClockBook(engine), SqlCalendars(engine), now=lambda: NINE), SqlSkillBook(engine))
    engine.dispose()


def change(kind: ChangeKind, hours: float, number: int = 1, **values: str) -> Change:
    return Change(f"c{number}", "T-1", kind, NINE + hours * HOUR, who="anna", **values)


def later(hours: float, **changes: Any) -> TargetsAsked:
    return replace(ASKED, now=NINE + hours * HOUR, **changes)


def taken(share: int, request_id: str, promise: Promise = Promise.REPLY, revision: int = 1) -> StepTaken:
    return StepTaken(request_id, NINE, StepKind.REMINDED, promise, share, revision, told=("anna", "workplace"))


class Published:
    def __init__(self) -> None:
        self.messages: dict[str, tuple[str, str, Mapping[str, Any]]] = {}

    async def publish_once(self, name: str, correlation_key: str, message_id: str, variables: Mapping[str, Any]) -> None:
        self.messages.setdefault(message_id, (name, correlation_key, variables))


def test_a_clock_starts_with_due_times_and_a_first_step(house: House) -> None:
    plan = house.desk.compute(ASKED)

    assert (plan.clock.reply_due_at, plan.clock.resolve_due_at) == (NINE + 2 * HOUR, NINE + 24 * HOUR)
    assert plan.next_step is not None
    assert (plan.next_step.promise, plan.next_step.share, plan.next_step.at) == (Promise.REPLY, 50, NINE + HOUR)
    assert house.desk.clock("T-1") == plan.clock
    with house.desk.book.open() as pages:
        [line] = pages.targets("T-1")
    assert (line.reason, line.old_resolve_due_at, line.resolve_due_at) == (TargetReason.STARTED, None, NINE + 24 * HOUR)


def test_clocks_that_start_at_once_from_many_threads_all_start(house: House) -> None:
    subjects = [f"T-{number}" for number in range(60)]

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda subject: house.desk.compute(replace(ASKED, subject_id=subject)), subjects))

    assert {house.desk.clock(subject).subject_id for subject in subjects} == set(subjects)


def test_asking_again_changes_nothing_and_writes_no_history(house: House) -> None:
    first = house.desk.compute(ASKED)

    again = house.desk.compute(later(0.5))

    assert again.clock == first.clock
    with house.desk.book.open() as pages:
        assert len(pages.targets("T-1")) == 1


def test_a_pause_stops_the_clock_and_going_on_moves_the_due_times(house: House) -> None:
    house.desk.compute(ASKED)
    house.desk.change(change(ChangeKind.PAUSED, 1, reason="WAITING_FOR_CUSTOMER", note="asked for the serial number"))

    paused = house.desk.compute(later(5))
    house.desk.change(change(ChangeKind.RESUMED, 11, 2))
    resumed = house.desk.compute(later(11))

    assert (paused.clock.resolve_due_at, paused.next_step) == (None, None)
    assert resumed.clock.resolve_due_at == NINE + 34 * HOUR
    with house.desk.book.open() as pages:
        reasons = [(line.reason.value, line.who) for line in pages.targets("T-1")]
        [pause] = pages.pauses(["T-1"])["T-1"]
    assert reasons == [("STARTED", ""), ("PAUSED", "anna"), ("RESUMED", "anna")]
    assert (pause.ended_at, pause.note, pause.ended_by) == (NINE + 11 * HOUR, "asked for the serial number", "anna")


def test_a_pause_for_another_reason_follows_the_first_one(house: House) -> None:
    house.desk.compute(ASKED)
    house.desk.change(change(ChangeKind.PAUSED, 1, reason="WAITING_FOR_CUSTOMER"))
    house.desk.change(change(ChangeKind.PAUSED, 2, 2, reason="WAITING_FOR_CUSTOMER"))
    house.desk.change(change(ChangeKind.PAUSED, 3, 3, reason="WAITING_FOR_SUPPLIER"))

    with house.desk.book.open() as pages:
        pauses = pages.pauses(["T-1"])["T-1"]

    assert [(pause.reason, pause.ended_at) for pause in pauses] == [
        ("WAITING_FOR_CUSTOMER", NINE + 3 * HOUR),
        ("WAITING_FOR_SUPPLIER", None),
    ]


def test_another_priority_gives_other_targets_and_says_why(house: House) -> None:
    house.desk.compute(ASKED)
    wish = change(ChangeKind.PRIORITY, 1, priority="critical", note="all of sales stands still")

    plan = house.desk.compute(later(1, priority="critical", reply_within=HOUR / 2, resolve_within=4 * HOUR), wish)

    assert (plan.clock.revision, plan.clock.resolve_due_at) == (2, NINE + 4 * HOUR)
    assert plan.next_step is not None
    assert (plan.next_step.promise, plan.next_step.share) == (Promise.REPLY, 100)
    with house.desk.book.open() as pages:
        line = pages.targets("T-1")[-1]
    assert (line.reason, line.old_priority, line.priority) == (TargetReason.PRIORITY, "normal", "critical")
    assert (line.who, line.note, line.old_resolve_due_at) == ("anna", "all of sales stands still", NINE + 24 * HOUR)


def test_the_history_says_what_the_person_wrote_who_wished_another_priority(house: House) -> None:
    house.desk.compute(ASKED)
    house.desk.change(change(ChangeKind.PRIORITY, 1, priority="critical", note="all of sales stands still"))
    told = Change("c1", "T-1", ChangeKind.PRIORITY, NINE + HOUR, priority="critical")

    house.desk.compute(later(1, priority="critical", resolve_within=4 * HOUR), told)

    with house.desk.book.open() as pages:
        line = pages.targets("T-1")[-1]
    assert (line.reason, line.note, line.who) == (TargetReason.PRIORITY, "all of sales stands still", "anna")


def test_a_change_that_came_by_message_is_carried_out_once(house: House) -> None:
    house.desk.compute(ASKED)
    wish = change(ChangeKind.PAUSED, 1, reason="WAITING_FOR_SUPPLIER")
    house.desk.compute(later(1), wish)
    house.desk.change(change(ChangeKind.RESUMED, 2, 2))

    plan = house.desk.compute(later(3), wish)

    assert plan.clock.is_running


def test_a_reply_takes_the_reply_promise_off_the_list(house: House) -> None:
    house.desk.compute(ASKED)
    house.desk.change(change(ChangeKind.REPLIED, 0.5))

    plan = house.desk.compute(later(0.6))

    assert plan.next_step is not None
    assert (plan.next_step.promise, plan.next_step.at) == (Promise.RESOLUTION, NINE + 12 * HOUR)


def test_a_step_is_noted_once_and_is_not_due_again(house: House) -> None:
    house.desk.compute(ASKED)

    first = house.desk.take_step("T-1", taken(50, "T-1:1:reply:50"))
    second = house.desk.take_step("T-1", taken(50, "T-1:1:reply:50"))
    plan = house.desk.compute(later(1))

    assert (first, second) == (True, False)
    assert plan.next_step is not None
    assert plan.next_step.share == 75
    with house.desk.book.open() as pages:
        [step] = pages.steps("T-1")
    assert step.told == ("anna", "workplace")


def test_work_that_is_over_ends_its_clock_and_is_taken_up_again_with_a_new_one(house: House) -> None:
    house.desk.compute(ASKED)
    house.desk.change(change(ChangeKind.PAUSED, 1, reason="WAITING_FOR_CUSTOMER"))
    house.desk.end("T-1", NINE + 3 * HOUR, "solved")
    house.desk.end("T-1", NINE + 9 * HOUR, "solved again")

    ended = house.desk.clock("T-1")
    again = house.desk.compute(later(10))

    assert (ended.ended_at, ended.outcome, ended.resolve_due_at) == (NINE + 3 * HOUR, "solved", NINE + 26 * HOUR)
    assert (again.clock.started_at, again.clock.revision, again.clock.ended_at) == (NINE + 10 * HOUR, 2, None)


def test_only_a_running_clock_takes_changes(house: House) -> None:
    with pytest.raises(ClockUnknown):
        house.desk.change(change(ChangeKind.PAUSED, 1, reason="WAITING_FOR_CUSTOMER"))
    house.desk.compute(ASKED)
    house.desk.end("T-1", NINE, "solved")
    with pytest.raises(ClockEnded):
        house.desk.change(change(ChangeKind.RESUMED, 1))


async def test_changes_of_people_are_told_to_the_process_once(house: House) -> None:
    house.desk.compute(ASKED)
    house.desk.change(change(ChangeKind.PRIORITY, 1, priority="high"))
    house.desk.change(change(ChangeKind.PRIORITY, 1, priority="high"))
    house.desk.compute(later(2), change(ChangeKind.PAUSED, 2, 2, reason="WAITING_FOR_CUSTOMER"))
    published = Published()

    told = await house.desk.publish_pending(published), await house.desk.publish_pending(published)

    assert told == (1, 0)
    [(name, correlation_key, variables)] = published.messages.values()
    assert (name, correlation_key, variables["sla_change"]["priority"]) == ("sla_changed", "T-1", "high")


def test_due_times_follow_the_teams_calendar_and_its_changes(house: House) -> None:
    house.desk.compute(ASKED)
    house.desk.calendars.save(TeamCalendar("workplace", "UTC", OFFICE))
    house.desk.calendars.add_holidays("workplace", [Holiday(date(2026, 3, 4), "Founders' day")])

    house.desk.recalculate_team("workplace", "boris")

    assert house.desk.clock("T-1").resolve_due_at == datetime(2026, 3, 5, 17, tzinfo=UTC)
    with house.desk.book.open() as pages:
        line = pages.targets("T-1")[-1]
        [told] = pages.unannounced(10)
    assert (line.reason, line.who, told.kind) == (TargetReason.CALENDAR, "boris", ChangeKind.CALENDAR)


def test_a_team_without_hours_of_its_own_works_by_the_common_ones(house: House) -> None:
    calendars = house.desk.calendars
    calendars.save(TeamCalendar(COMMON, "Europe/Berlin", OFFICE))
    calendars.save(TeamCalendar("night", "Asia/Tokyo", {6: ((time(0), time.max),)}))
    calendars.add_holidays("night", [Holiday(date(2026, 5, 1), "x", ((time(10), time(12)),)), Holiday(date(2026, 5, 2), "y")])
    calendars.save(TeamCalendar("night", "Asia/Tokyo", {5: ((time(0), time.max),)}, changed_by="anna"))
    calendars.remove_holiday("night", date(2026, 5, 2))

    night = calendars.team_calendar("night")

    assert calendars.calendar("workplace").zone_name == "Europe/Berlin"
    assert [calendar.team for calendar in calendars.teams()] == [COMMON, "night"]
    assert night is not None
    assert (night.week[5], dict(night.week).get(6, ())) == (((time(0), time.max),), ())
    assert night.holidays == (Holiday(date(2026, 5, 1), "x", ((time(10), time(12)),)),)
    calendars.remove("night")
    assert calendars.calendar("night").zone_name == "Europe/Berlin"


def test_a_calendar_that_makes_no_sense_is_never_kept() -> None:
    with pytest.raises(InvalidCalendar):
        TeamCalendar("night", "Mars/Olympus", OFFICE)


def test_running_clocks_are_found_by_team_and_priority(house: House) -> None:
    for number, team, priority in ((1, "workplace", "low"), (2, "workplace", "high"), (3, "identity", "high")):
        house.desk.compute(replace(ASKED, subject_id=f"T-{number}", team=team, priority=priority))
    house.desk.end("T-2", NINE, "solved")

    with house.desk.book.open() as pages:
        everything = [clock.subject_id for clock in pages.running()]
        of_team = [clock.subject_id for clock in pages.running(team="workplace")]
        high = [clock.subject_id for clock in pages.running(priority="high")]

    assert (sorted(everything), of_team, high) == (["T-1", "T-3"], ["T-1"], ["T-3"])


def test_every_running_clock_is_found_however_many_there_are(house: House) -> None:
    house.desk.compute(ASKED)
    with house.desk.book.open() as pages:
        clock = pages.clock("T-1")
        assert clock is not None
        for number in range(2, MANY + 1):
            pages.put(replace(clock, subject_id=f"T-{number}"))

        running = pages.running()

    assert len({clock.subject_id for clock in running}) == MANY


def test_an_error_undoes_the_whole_change(house: House) -> None:
    house.desk.compute(ASKED)

    with suppress(RuntimeError), house.desk.book.open() as pages:
        pages.put(replace(house.desk.clock("T-1"), team="nobody"))
        raise RuntimeError

    assert house.desk.clock("T-1").team == "workplace"


def test_skills_are_kept_per_person(house: House) -> None:
    house.skills.save(Skills("anna", frozenset({"Storage", "Hardware"}), date(2026, 3, 9)))
    house.skills.save(Skills("anna", frozenset({"Storage"}), date(2026, 3, 9)))

    known = house.skills.skills(["anna", "boris"])

    assert (known["anna"].has("storage"), known["anna"].has("Hardware"), known["boris"].has("Storage")) == (True, False, False)
    assert (known["anna"].is_away(date(2026, 3, 9)), known["anna"].is_away(date(2026, 3, 10))) == (True, False)
