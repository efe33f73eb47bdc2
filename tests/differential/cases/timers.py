"""Timers and jobs by the clock: cycles, cron, several at one moment, back-off and time-outs."""

from tests.bpmn_builder import ProcessBuilder, process
from tests.differential.hard_cases import case, create, step, wait
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]


@case
def cron_on_a_boundary_over_a_night(name: str) -> Made:
    main = process(name).start().service_task("work", type=f"{name}_work")
    main.boundary("noon", "work", interrupting=False, cycle="0 30 12 * * *").task("told").end("e1").at("work").end()
    return [main], [create(name, n=1), wait(6 * 3_600_000), wait(24 * 3_600_000), step("complete", "work")]


@case
def cron_on_weekdays_and_every_day(name: str) -> Made:
    main = process(name).start().service_task("work", type=f"{name}_work")
    main.boundary("weekday", "work", interrupting=False, cycle="0 0 9 ? * MON-FRI").end("e1")
    main.boundary("daily", "work", interrupting=False, cycle="@daily").end("e2").at("work").end()
    return [main], [create(name, n=1), wait(15 * 3_600_000), step("complete", "work")]


@case
def cycle_with_an_end(name: str) -> Made:
    main = process(name).start().service_task("work", type=f"{name}_work")
    main.boundary("again", "work", interrupting=False, cycle="R3/PT10S").service_task("note", type=f"{name}_note").end("e1")
    main.at("work").end()
    return [main], [
        create(name, n=1),
        wait(10_000),
        wait(10_000),
        step("complete", "note", 0),
        wait(10_000),
        wait(10_000),
        step("complete", "work"),
    ]


@case
def weeks_and_days(name: str) -> Made:
    main = process(name).start().parallel("fork").catch("a", duration="P2W").end("e1")
    main.at("fork").catch("b", duration="P1DT1H").end("e2").at("fork").catch("c", date='= now() + duration("P7D")').end("e3")
    return [main], [create(name, n=1), wait(90_000_000), step("cancel", name, 0)]


@case
def two_interrupting_timers_at_one_moment(name: str) -> Made:
    main = process(name).start().service_task("work", type=f"{name}_work")
    main.boundary("first", "work", duration="PT10S").service_task("one", type=f"{name}_one").end("e1")
    main.boundary("second", "work", duration="PT10S").service_task("two", type=f"{name}_two").end("e2")
    main.boundary("third", "work", interrupting=False, duration="PT10S").task("three").end("e3").at("work").end()
    return [main], [create(name, n=1), wait(10_000), step("complete", "one"), step("complete", "two")]


@case
def timer_gateway_and_process_timer_at_one_moment(name: str) -> Made:
    main = process(name).start().event_gateway("wait").catch("a", duration="PT10S").service_task("late", type=f"{name}_late")
    main.end("e1").at("wait").catch("b", signal=f"{name}_go").end("e2")
    main.event_subprocess("esp").start("es", interrupting=False, duration="PT10S").service_task("note", type=f"{name}_note")
    main.end("e3").done()
    return [main], [create(name, n=1), wait(10_000), step("complete", "late"), step("complete", "note")]


@case
def job_back_off_and_activation(name: str) -> Made:
    main = process(name).start().service_task("work", type=f"{name}_work", retries="3").end()
    return [main], [
        create(name, n=1),
        create(name, n=2),
        step("activate", type=f"{name}_work", jobs=1, timeout=60_000),
        step("fail", "work", 0, retries=2, backoff=10_000),
        step("activate", type=f"{name}_work", jobs=5, timeout=20_000),
        wait(11_000),
        step("activate", type=f"{name}_work", jobs=5, timeout=60_000),
        step("fail", "work", 1, retries=1),
        step("activate", type=f"{name}_work", jobs=5, timeout=60_000),
        step("fail", "work", 0, retries=0, backoff=5_000, message="gone"),
        wait(10_000),
        step("retries", "work", 0, retries=1),
        step("resolve", "work", 0),
        step("activate", type=f"{name}_work", jobs=5, timeout=60_000),
        step("complete", "work", 0),
    ]


@case
def job_whose_time_is_out(name: str) -> Made:
    main = process(name).start().service_task("work", type=f"{name}_work").end()
    return [main], [
        create(name, n=1),
        step("activate", type=f"{name}_work", jobs=1, timeout=5_000),
        step("job_timeout", "work", 0, timeout=30_000),
        wait(10_000),
        step("activate", type=f"{name}_work", jobs=1, timeout=5_000),
        wait(30_000),
        step("activate", type=f"{name}_work", jobs=1, timeout=5_000),
        step("complete", "work", 0, variables={"n": 2}),
    ]


@case
def timer_start_of_two_versions(name: str) -> Made:
    main = process(name).start(cycle="R3/PT20S").service_task("work", type=f"{name}_work").end()
    newer = process(name).start(cycle="R2/PT30S").service_task("work", type=f"{name}_new").end()
    return [main], [
        wait(20_000),
        step("deploy", resources={f"{name}.bpmn": newer.xml().decode()}),
        wait(20_000),
        wait(10_000),
        step("delete", name, 1),
        wait(60_000),
        step("complete", "work", 0),
    ]


@case
def cycle_repeated_less_than_once(name: str) -> Made:
    """Any number below zero but -1 is once; small letters are letters."""
    main = process(name).start().service_task("work", type=f"{name}_work")
    main.boundary("minus_two", "work", interrupting=False, cycle="R-2/PT10S").end("e1")
    main.boundary("none", "work", interrupting=False, cycle="R0/PT10S").end("e2")
    main.boundary("small", "work", interrupting=False, cycle="R2/p1d").end("e3").at("work").end()
    return [main], [create(name, n=1), wait(10_000), wait(10_000), wait(86_400_000), step("complete", "work")]


@case
def cron_with_question_marks(name: str) -> Made:
    """In a list `?` says nothing; for both fields it never comes."""
    main = process(name).start().service_task("work", type=f"{name}_work")
    main.boundary("weekdays", "work", interrupting=False, cycle="0 0 0 ? * TUE,?").end("e2")
    main.boundary("neither", "work", interrupting=False, cycle="0 0 0 ? 12 ?").end("e3").at("work").end()
    return [main], [create(name, n=1), wait(7 * 86_400_000), step("complete", "work")]
