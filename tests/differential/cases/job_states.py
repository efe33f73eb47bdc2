"""Each command about a job, in each state that a job can be in; and what workers are handed."""

from collections.abc import Callable
from functools import partial

from tests.bpmn_builder import ANY, Loop, ProcessBuilder, process
from tests.differential.hard_cases import CASES, case, create, step, wait
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]


def _activate(name: str, element: str = "e", **arguments: object) -> Step:
    return step("activate", type=f"{name}_{element}", **({"jobs": 1, "timeout": 60_000} | arguments))


# How a job gets there; `e` is the job's element, beside it `other` keeps the instance alive.
STATES: dict[str, Callable[[str], list[Step]]] = {
    "created": lambda _: [],
    "activated": lambda name: [_activate(name)],
    "timed_out": lambda name: [_activate(name, timeout=5_000), wait(6_000)],
    "failed": lambda name: [_activate(name), step("fail", "e", retries=2, message="once", variables={"why": 1})],
    "backing_off": lambda name: [_activate(name), step("fail", "e", retries=2, backoff=30_000)],
    "backed_off": lambda name: [_activate(name), step("fail", "e", retries=2, backoff=5_000), wait(6_000)],
    "without_retries": lambda _: [step("fail", "e", retries=0, message="never", variables={"why": 1})],
    "negative_retries": lambda _: [step("fail", "e", retries=-3)],
    "resolved": lambda _: [step("fail", "e", retries=0), step("retries", "e", retries=1), step("resolve", "e")],
    "error_thrown": lambda _: [step("throw", "e", code="NOBODY", variables={"why": 1})],
    "error_caught": lambda _: [step("throw", "e", code="CAUGHT", variables={"why": 1})],
    "error_resolved": lambda _: [step("throw", "e", code="NOBODY"), step("resolve", "e")],
    "completed": lambda _: [step("complete", "e")],
    "cancelled": lambda name: [step("cancel", name)],
    "terminated": lambda name: [step("modify", name, terminate=[["e", 0]])],
}
COMMANDS: dict[str, list[Step]] = {
    "complete": [step("complete", "e", variables={"r": 1}), step("complete", "e")],
    "fail": [step("fail", "e", retries=1, message="again"), step("fail", "e", retries=0), step("fail", "e", retries=0)],
    "throw": [step("throw", "e", code="CAUGHT", message="m", variables={"r": 1}), step("throw", "e", code="")],
    "update": [
        step("retries", "e", retries=5),
        step("retries", "e", retries=0),
        step("job_timeout", "e", timeout=120_000),
        step("job_timeout", "e", timeout=-1),
        # The real engine looks for jobs past their time once a second.
        wait(1_000),
    ],
}


def _case(state: str, command: str, name: str) -> Made:
    main = process(name).start().parallel("fork").service_task("e", type=f"{name}_e")
    main.boundary("caught", "e", error="CAUGHT").maps(outputs={"reason": "= why"}).end("e1").at("e").end("e2")
    main.at("fork").service_task("other", type=f"{name}_other").end("e3")
    later = [_activate(name, jobs=5), step("resolve", "e", 0), step("resolve", "e", 1), _activate(name, jobs=5)]
    return [main], [create(name, n=1), *STATES[state](name), *COMMANDS[command], *later, step("complete", "e")]


for _state in STATES:
    for _command in COMMANDS:
        CASES[f"job_{_state}_then_{_command}"] = partial(_case, _state, _command)


@case
def jobs_are_handed_out_as_asked(name: str) -> Made:
    main = (
        process(name)
        .start()
        .service_task(
            "e",
            type=f"{name}_e",
            loop=Loop("= [1, 2, 3]", element="item"),
            inputs={"local": "= item * 2"},
            headers={"kind": "x", "second": "= n"},
            retries="= n",
        )
        .end()
    )
    return [main], [
        create(name, n=4, text="ü", nothing=None),
        _activate(name, jobs=1),
        _activate(name, jobs=1, fetch=["local", "n", "missing"]),
        _activate(name, jobs=9, fetch=["nothing"], timeout=5_000),
        _activate(name, jobs=9),
        wait(6_000),
        _activate(name, jobs=9, fetch=["loopCounter"]),
        *(step("complete", "e", nth, variables={"local": 0, "result": nth}) for nth in (2, 0, 1)),
    ]


@case
def failed_job_leaves_its_variables_where_it_stands(name: str) -> Made:
    main = process(name).start().subprocess("sub", inputs={"inner": "= n"}).start("s1")
    main.service_task("e", type=f"{name}_e", inputs={"own": "= n"}, outputs={"out": "= own"}).end("e1").done().end()
    return [main], [
        create(name, n=1),
        step("fail", "e", retries=2, variables={"own": 2, "inner": 3, "n": 4, "fresh": 5}),
        step("fail", "e", retries=0, variables={"own": None}),
        step("retries", "e", retries=1),
        step("resolve", "e"),
        _activate(name),
        step("complete", "e", variables={"inner": 9}),
    ]


@case
def thrown_error_carries_what_was_given(name: str) -> Made:
    main = process(name).start().subprocess("sub", inputs={"inner": "= n"}).start("s1").service_task("e", type=f"{name}_e")
    main.boundary("exact", "e", error="EXACT").maps(outputs={"told": "= detail", "inner": "= detail"}).end("e1").at("e").end(
        "e2"
    )
    main.done().boundary("any", "sub", error=ANY).maps(outputs={"all": "= {detail: detail, n: n}"}).end("e3").at("sub").end()
    return [main], [
        create(name, n=1),
        create(name, n=2),
        step("throw", "e", 0, code="EXACT", message="exactly", variables={"detail": {"a": 1}}),
        step("throw", "e", 1, code="OTHER", message="another", variables={"detail": [1], "n": 5}),
        step("throw", "e", 1, code="OTHER"),
    ]


@case
def errors_of_a_call_reach_its_caller(name: str) -> Made:
    child = process(f"{name}child").start("begin").service_task("e", type=f"{name}_e", outputs={"kept": "= r"}).end("finish")
    main = process(name).start().call_activity("call", f"{name}child", propagate_child=False, outputs={"seen": "= kept"})
    main.boundary("caught", "call", error="BROKEN").maps(outputs={"why": "= detail"}).end("e1").at("call").end()
    return [main, child], [
        create(name, n=1),
        step("throw", "e", code="UNKNOWN", variables={"detail": 0}),
        step("resolve", "e"),
        step("throw", "e", code="BROKEN", variables={"detail": 1}),
        create(name, n=2),
        step("complete", "e", 1, variables={"r": 5}),
    ]


@case
def user_tasks_by_jobs_bear_headers(name: str) -> Made:
    main = (
        process(name)
        .start()
        .user_task(
            "e",
            native=False,
            assignee="= who",
            groups="a, b",
            users='= ["u", "v"]',
            due="2030-01-01T10:00:00Z",
            follow_up="= later",
            form_key="camunda-forms:bpmn:x",
        )
        .user_task("plain", native=False, name="Plain")
        .end()
    )
    handed = step("activate", type="io.camunda.zeebe:userTask", jobs=50, timeout=60_000)
    return [main], [
        create(name, who="ann", later="2030-01-01T10:00:00+01:00"),
        handed,
        step("complete", "e", variables={"who": "bob"}),
        handed,
        step("throw", "plain", code="UNKNOWN"),
        step("resolve", "plain"),
        step("complete", "plain"),
    ]


@case
def jobs_for_ever(name: str) -> Made:
    """Times beyond 64 bits: a worker's, more of it, a pause."""
    main = process(name).start().service_task("e", type=f"{name}_e").end()
    return [main], [
        create(name, n=1),
        create(name, n=2),
        _activate(name, timeout=2**62, jobs=2),
        wait(2_000),
        step("job_timeout", "e", 0, timeout=2**63 - 1),
        wait(2_000),
        step("fail", "e", 1, retries=2, backoff=2**63 - 1),
        wait(2_000),
        _activate(name, timeout=60_000, jobs=2),
        step("complete", "e", 0),
        step("fail", "e", 1, retries=1),
    ]


@case
def job_whose_time_is_taken_away(name: str) -> Made:
    main = process(name).start().service_task("e", type=f"{name}_e").end()
    return [main], [create(name), _activate(name), step("job_timeout", "e", timeout=0)]


@case
def job_whose_time_is_taken_away_and_given_back(name: str) -> Made:
    main = process(name).start().service_task("e", type=f"{name}_e").end()
    return [main], [
        create(name),
        _activate(name),
        step("job_timeout", "e", timeout=-5),
        _activate(name),
        step("job_timeout", "e", timeout=30_000),
        wait(1_000),
        step("job_timeout", "e", timeout=0),
        wait(500),
        _activate(name),
        wait(1_000),
        _activate(name),
        step("complete", "e"),
    ]
