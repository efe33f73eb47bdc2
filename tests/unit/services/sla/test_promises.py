from datetime import UTC, datetime, time, timedelta

import pytest

from services.sla import InvalidDuration, Pause, Promise, Step, WorkingCalendar, next_step, parse_duration, steps_of
from services.sla.promises import StepDone

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
OFFICE = WorkingCalendar("UTC", dict.fromkeys(range(5), ((time(9), time(17)),)))


def at_hours(promise: Promise, half: float, three_quarters: float, whole: float) -> list[Step]:
    hours = zip((50, 75, 100), (half, three_quarters, whole), strict=True)
    return [Step(promise, share, NOON + hour * HOUR) for share, hour in hours]


def test_half_of_a_promise_is_half_of_its_working_time() -> None:
    steps = steps_of(Promise.RESOLUTION, OFFICE, datetime(2026, 3, 2, 15, tzinfo=UTC), 4 * HOUR, ())

    assert [(step.share, step.at.day, step.at.hour) for step in steps] == [(50, 2, 17), (75, 3, 10), (100, 3, 11)]


def test_no_step_lies_behind_a_pause_that_goes_on() -> None:
    steps = steps_of(Promise.REPLY, OFFICE, NOON, 4 * HOUR, [Pause(NOON + 2.5 * HOUR, None, "WAITING_FOR_CUSTOMER")])

    assert [step.share for step in steps] == [50]


def test_the_earliest_open_step_of_both_promises_comes_next() -> None:
    steps = [*at_hours(Promise.RESOLUTION, 3, 4, 5), *at_hours(Promise.REPLY, 1, 1.5, 2)]

    assert next_step(steps, [], 1, NOON) == Step(Promise.REPLY, 50, NOON + HOUR)


def test_a_step_is_taken_once() -> None:
    steps = at_hours(Promise.REPLY, 1, 2, 3)

    assert next_step(steps, [StepDone(Promise.REPLY, 50, 1)], 1, NOON + HOUR) == steps[1]


def test_of_several_steps_that_are_past_only_the_last_is_taken() -> None:
    steps = at_hours(Promise.RESOLUTION, -3, -2, -1)

    assert next_step(steps, [], 1, NOON) == steps[2]


def test_new_targets_arm_a_step_that_lies_ahead_again() -> None:
    steps = at_hours(Promise.RESOLUTION, 1, 2, 3)
    done = [StepDone(Promise.RESOLUTION, 50, 1), StepDone(Promise.RESOLUTION, 75, 1)]

    assert next_step(steps, done, 2, NOON) == steps[0]


def test_a_step_that_was_taken_and_lies_behind_the_new_targets_too_stays_taken() -> None:
    steps = at_hours(Promise.RESOLUTION, -1, 2, 3)

    assert next_step(steps, [StepDone(Promise.RESOLUTION, 50, 1)], 2, NOON) == steps[1]


def test_nothing_comes_next_once_all_is_done() -> None:
    steps = at_hours(Promise.RESOLUTION, -3, -2, -1)

    assert next_step(steps, [StepDone(Promise.RESOLUTION, 100, 1)], 1, NOON) is None


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("PT30M", 0.5 * HOUR),
        ("PT24H", 24 * HOUR),
        ("P3D", 72 * HOUR),
        ("P1DT4H30M15S", timedelta(1, 16_215)),
        (" PT2H ", 2 * HOUR),
    ],
)
def test_reads_promised_durations(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize("text", ["", "2h", "P1M", "PT", "PT0S", "-PT2H", "P1Y", "PT1.5H", "P" + "9" * 50 + "D"])
def test_refuses_durations_that_promise_nothing_clear(text: str) -> None:
    with pytest.raises(InvalidDuration):
        parse_duration(text)
