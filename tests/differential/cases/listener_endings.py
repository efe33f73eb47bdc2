"""Execution listeners that fail, throw errors, are interrupted or cancelled."""

from dataclasses import replace
from functools import partial

from tests.bpmn_builder import ProcessBuilder, process
from tests.differential.cases.execution_listeners import hand_out, job, listened
from tests.differential.cases.job_states import COMMANDS, STATES
from tests.differential.hard_cases import CASES, case, create, publish, step, wait
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]


@case
def listener_before_a_failing_input_mapping(name: str) -> Made:
    main = listened(name, inputs={"local": "= assert(x, x != null)"}, outputs={"out": "= assert(y, y != null)"}).end()
    return [main], [
        create(name),
        step("set_variables", name, variables={"x": 1}),
        step("resolve", "e", 0),
        job(0),
        job(1),
        job(2),
        step("set_variables", name, variables={"y": 1}),
        step("resolve", "e", 1),
        job(2),
        job(3),
    ]


@case
def listener_before_a_failing_job_type(name: str) -> Made:
    main = process(name).start().service_task("e", type="= kind", retries="= many")
    main.listens("start", f"{name}_s").listens("start", f"{name}_t").listens("end", f"{name}_f").end()
    return [main], [
        create(name),
        job(0),
        job(1),
        step("resolve", "e", 0),
        job(2),
        step("set_variables", name, variables={"kind": f"{name}_k", "many": 2}),
        step("resolve", "e", 0),
        step("resolve", "e", 1),
        *[job(nth) for nth in range(2, 6)],
    ]


@case
def listener_before_a_failing_boundary(name: str) -> Made:
    main = listened(name)
    main.boundary("m", "e", message=f"{name}_m", correlation_key="= missing").end("e1").at("e").end("e2")
    return [main], [
        create(name),
        job(0),
        step("set_variables", name, variables={"missing": "k"}),
        step("resolve", "e", 0),
        *[job(nth) for nth in range(4)],
        publish(f"{name}_m", "k"),
    ]


@case
def listener_at_the_end_and_a_failing_output_mapping(name: str) -> Made:
    main = process(name).start().service_task("e", type=f"{name}_e", outputs={"out": "= assert(y, y != null)"})
    main.listens("end", f"{name}_f").listens("end", f"{name}_g").end()
    return [main], [
        create(name),
        job(0),
        job(1, y=None),
        job(2),
        step("resolve", "e", 0),
        step("set_variables", name, variables={"y": 1}),
        step("resolve", "e", 0),
        step("resolve", "e", 1),
        *[job(nth) for nth in range(1, 6)],
    ]


@case
def listener_throws_an_error(name: str) -> Made:
    main = listened(name)
    main.boundary("caught", "e", error="CAUGHT").end("e1").at("e").end("e2")
    return [main], [
        create(name),
        step("throw", "e", 0, code="CAUGHT", variables={"why": 1}),
        create(name),
        job(1),
        job(2),
        step("throw", "e", 3, code="CAUGHT", variables={"why": 1}),
        create(name),
        step("throw", "e", 4, code="NOBODY"),
        job(4),
        step("resolve", "e", 0),
        job(4),
        job(5),
        step("throw", "e", 6, code="NOBODY"),
        step("resolve", "e", 1),
        job(6),
    ]


@case
def listener_runs_out_of_retries(name: str) -> Made:
    main = listened(name, inputs={"local": "= 1"}).end()
    return [main], [
        create(name),
        step("fail", "e", 0, retries=0, message="never", variables={"why": 1}),
        step("resolve", "e", 0),
        step("retries", "e", 0, retries=2),
        step("resolve", "e", 0),
        job(0),
        job(1),
        step("fail", "e", 2, retries=0, variables={"local": 2}),
        step("retries", "e", 2, retries=1),
        step("resolve", "e", 1),
        job(2),
    ]


@case
def listener_fails_and_backs_off(name: str) -> Made:
    main = listened(name).end()
    return [main], [
        create(name),
        hand_out(name, "s"),
        step("fail", "e", 0, retries=2, backoff=30_000),
        wait(31_000),
        hand_out(name, "s", timeout=5_000),
        wait(6_000),
        hand_out(name, "s"),
        step("job_timeout", "e", 0, timeout=600_000),
        *[job(nth) for nth in range(2)],
        hand_out(name, "f", timeout=5_000),
        wait(6_000),
        step("fail", "e", 2, retries=1),
        job(2),
    ]


@case
def listener_interrupted(name: str) -> Made:
    main = listened(name)
    main.boundary("t", "e", duration="PT10S").end("e1").at("e").boundary("m", "e", message=f"{name}_m", correlation_key="= k")
    main.end("e2").at("e").boundary("n", "e", signal=f"{name}_n", interrupting=False).end("e3").at("e").end("e4")
    return [main], [
        create(name, k="1"),
        wait(11_000),
        publish(f"{name}_m", "1"),
        step("broadcast", name=f"{name}_n"),
        job(0),
        step("broadcast", name=f"{name}_n"),
        job(1),
        step("broadcast", name=f"{name}_n"),
        publish(f"{name}_m", "1", v=1),
        create(name, k="2"),
        job(2),
        job(3),
        job(4),
        wait(11_000),
    ]


@case
def listener_at_the_end_interrupted(name: str) -> Made:
    main = process(name).start().subprocess("sub").start("s1").service_task("e", type=f"{name}_e")
    main.listens("end", f"{name}_f").end("e1").done()
    main.boundary("t", "sub", duration="PT10S").end("e2").at("sub").end("e3")
    return [main], [create(name), job(0, x=1), wait(11_000)]


@case
def listener_at_the_start_interrupted_from_outside(name: str) -> Made:
    main = process(name).start().subprocess("sub").start("s1").service_task("e", type=f"{name}_e")
    main.listens("start", f"{name}_s").end("e1").done()
    main.boundary("t", "sub", duration="PT10S").end("e2").at("sub").end("e3")
    return [main], [create(name), wait(11_000)]


@case
def listener_cancelled(name: str) -> Made:
    main = listened(name, outputs={"out": "= 1"}).end()
    return [main], [
        create(name),
        step("cancel", name, 0),
        create(name),
        job(1),
        step("cancel", name, 1),
        create(name),
        job(3),
        job(4, x=1),
        step("cancel", name, 2),
        job(5),
    ]


@case
def listener_beside_a_terminate_end(name: str) -> Made:
    main = process(name).start().parallel("fork").service_task("e", type=f"{name}_e").listens("start", f"{name}_s")
    main.listens("end", f"{name}_f").end("e1").at("fork").service_task("other", type=f"{name}_other").end("e2", terminate=True)
    return [main], [
        create(name),
        step("complete", "other", 0),
        create(name),
        job(1),
        job(2, x=1),
        step("complete", "other", 1),
        job(3),
    ]


@case
def listener_in_an_interrupted_scope(name: str) -> Made:
    main = (
        process(name)
        .start()
        .service_task("e", type=f"{name}_e")
        .listens("start", f"{name}_s")
        .listens("end", f"{name}_f")
        .end()
    )
    main.event_subprocess("esp").start("es", message=f"{name}_m", correlation_key="= k").service_task(
        "late", type=f"{name}_late"
    )
    main.listens("start", f"{name}_ls").end("e2").done()
    return [main], [
        create(name, k="1"),
        publish(f"{name}_m", "1"),
        step("complete", "late", 0),
        step("complete", "late", 1),
        create(name, k="2"),
        job(1),
        job(2, x=1),
        publish(f"{name}_m", "2"),
        job(3),
    ]


@case
def listener_fails_again_and_again(name: str) -> Made:
    main = process(name).start().service_task("e", type=f"{name}_e", inputs={"local": "= n"}, outputs={"out": "= n"})
    for event in ("start", "end"):
        main.listens(event, f"{name}_a").listens(event, f"{name}_b").listens(event, f"= {event}_type")
    main.boundary("m", "e", message=f"{name}_m", correlation_key="= n").end("e1").at("e").end("e2")
    return [main], [
        create(name, n="1"),
        *[job(nth, x=nth) for nth in (0, 1)],
        step("set_variables", name, variables={"n": "2"}),
        step("resolve", "e", 0),
        *[job(nth, x=nth) for nth in (2, 3)],
        step("set_variables", name, variables={"start_type": f"{name}_c"}),
        step("resolve", "e", 1),
        *[job(nth, x=nth) for nth in (4, 5, 6)],
        job(7, out=7, own=7),
        *[job(nth, y=nth) for nth in (8, 9)],
        step("set_variables", name, variables={"n": "3"}),
        step("resolve", "e", 2),
        *[job(nth, y=nth) for nth in (10, 11)],
        step("set_variables", name, variables={"end_type": f"{name}_d"}),
        step("resolve", "e", 3),
        *[job(nth, y=nth) for nth in (12, 13, 14)],
    ]


@case
def listener_cancelled_at_an_incident(name: str) -> Made:
    main = process(name).start().service_task("e", type=f"{name}_e").listens("start", f"{name}_s").listens("start", "= missing")
    main.listens("end", f"{name}_f").end()
    return [main], [create(name), job(0), step("cancel", name), step("resolve", "e")]


@case
def listener_throws_an_error_past_a_scope(name: str) -> Made:
    main = process(name).start().subprocess("sub").start("s1").service_task("e", type=f"{name}_e").listens("start", f"{name}_s")
    main.listens("end", f"{name}_f").end("e1").done().boundary("caught", "sub", error="CAUGHT").end("e2").at("sub").end("e3")
    main.event_subprocess("esp").start("es", error="CAUGHT").end("e4").done()
    return [main], [
        create(name),
        step("throw", "e", 0, code="CAUGHT"),
        step("resolve", "e", 0),
        job(0),
        step("complete", "e", 1),
        step("throw", "e", 2, code="CAUGHT", variables={"why": 1}),
        step("resolve", "e", 1),
        job(2),
    ]


@case
def error_of_a_listened_task(name: str) -> Made:
    main = listened(name)
    main.boundary("caught", "e", error="CAUGHT").end("e1").at("e").end("e2")
    return [main], [create(name), job(0), step("throw", "e", 1, code="CAUGHT"), create(name), step("throw", "e", 2, code="")]


@case
def listener_completes_after_its_scope_was_interrupted(name: str) -> Made:
    main = process(name).start().parallel("fork")
    for event in ("start", "end"):
        main.at("fork").service_task(f"e{event}", type=f"{name}_e").listens(event, f"{name}_{event}").end(f"end_{event}")
    main.at("fork").service_task("breaks", type=f"{name}_breaks").end("bad", error="BAD")
    main.event_subprocess("esp").start("es", error="BAD").service_task("mend", type=f"{name}_mend").end("e9").done()
    return [main], [
        create(name),
        step("complete", "eend", 0),
        step("complete", "breaks"),
        step("complete", "estart"),
        step("complete", "eend", 1),
        step("complete", "mend"),
    ]


@case
def listener_throws_an_error_past_its_process(name: str) -> Made:
    main = process(name).start().call_activity("call", f"{name}child")
    main.boundary("caught", "call", error="CAUGHT").end("e1").at("call").end("e2")
    child = process(f"{name}child").start("s2").service_task("e", type=f"{name}_e")
    child.listens("start", f"{name}_s").listens("end", f"{name}_f").end("e9")
    return [main, child], [
        create(name),
        step("throw", "e", 0, code="OTHER", variables={"why": 1}),
        step("resolve", "e", 0),
        step("throw", "e", 0, code="CAUGHT", variables={"why": 1}),
        create(name),
        *[job(nth) for nth in (1, 2)],
        step("throw", "e", 3, code="CAUGHT", variables={"why": 1}),
    ]


def _second_job(one: Step) -> Step:
    """The same step about an element's second job."""
    return replace(one, nth=1) if one.element == "e" and one.action != "resolve" else one


def _case(event: str, state: str, command: str, name: str) -> Made:
    """A listener's job in a state that a job can be in, and a command about it."""
    main = process(name).start().parallel("fork").service_task("e", type=f"{name}_x").listens(event, f"{name}_e")
    main.boundary("caught", "e", error="CAUGHT").maps(outputs={"reason": "= why"}).end("e1").at("e").end("e2")
    main.at("fork").service_task("other", type=f"{name}_other").end("e3")
    steps = [*STATES[state](name), *COMMANDS[command]]
    if event == "end":
        steps = [job(0, own=1), *map(_second_job, steps)]
    later = [hand_out(name, "e"), step("resolve", "e", 0), step("resolve", "e", 1), hand_out(name, "x"), job(0), job(1)]
    return [main], [create(name, n=1), *steps, *later, step("complete", "other")]


for _state in STATES:
    for _event, _command in (("start", "complete"), ("start", "fail"), ("end", "complete"), ("end", "throw")):
        CASES[f"{_event}_listener_{_state}_then_{_command}"] = partial(_case, _event, _state, _command)
