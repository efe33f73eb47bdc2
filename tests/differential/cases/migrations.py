"""Migration: what an active element may become, with everything that may hang on it, and what waits without a counterpart."""

from collections.abc import Callable
from functools import partial

from tests.bpmn_builder import ANY, Loop, ProcessBuilder, process
from tests.differential.hard_cases import CASES, case, create, publish, second_version, step, wait
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]
type Draw = Callable[[ProcessBuilder, str], object]


def migrate(name: str, *pairs: str, nth: int = 0, to: int = 1) -> Step:
    mapping = [pair.split(">") if ">" in pair else [pair, pair] for pair in pairs]
    return step("migrate", name, nth, process=name, to=to, mapping=mapping)


# What may wait in a subprocess beside its task, by the name of the element that waits.
SCOPES: dict[str, Callable[[ProcessBuilder, str, int], object]] = {
    "timer": lambda main, _, number: main.start("es", duration=f"PT{number}0S"),
    "cycle": lambda main, _, number: main.start("es", interrupting=False, cycle=f"R3/PT{number}0S"),
    "signal": lambda main, name, _: main.start("es", signal=f"{name}_go"),
    "open_signal": lambda main, name, _: main.start("es", interrupting=False, signal=f"{name}_go"),
    "message": lambda main, name, _: main.start("es", message=f"{name}_m", correlation_key='= "k"'),
    "open_message": lambda main, name, _: main.start("es", interrupting=False, message=f"{name}_m", correlation_key='= "k"'),
    "error": lambda main, _, __: main.start("es", error=ANY),
    "escalation": lambda main, _, __: main.start("es", escalation=ANY),
    "nothing": lambda main, _, __: main,
}


def _scoped(kind: str, name: str, number: int) -> ProcessBuilder:
    main = process(name).start().subprocess("sub").start("s1").service_task("work", type=f"{name}_work{number}").end("e1")
    if kind != "nothing":
        main.event_subprocess("esp")
        SCOPES[kind](main, name, number)
        main.service_task(f"handle{number}", type=f"{name}_handle{number}").end("e2").done()
    return main.done().service_task("after", type=f"{name}_after").end()


def _between_scopes(first: str, second: str, name: str) -> Made:
    """A subprocess whose events are of one kind becomes one whose events are of another: all that may happen then does."""
    events = [wait(10_000), step("broadcast", name=f"{name}_go", variables={"n": 2}), publish(f"{name}_m", "k", n=3)]
    return [_scoped(first, name, 1)], [
        create(name, n=1),
        create(name, n=2),
        create(name, n=3),
        second_version(_scoped(second, name, 2), name=name),
        migrate(name, "sub", "work"),
        migrate(name, "sub", "work", "es", "esp", nth=1),
        *events,
        step("throw", "work", 0, code="OOPS"),
        *(step("complete", element, nth) for element in ("handle1", "handle2", "work", "after") for nth in range(4)),
        *events,
    ]


_KEPT = {"timer", "cycle", "signal", "open_signal"}
for _first in SCOPES:
    for _second in SCOPES:
        # Where the new version lacks a timer or a signal, the real engine has one on its hands that ends in a fault.
        # One that waited for nothing before hears nothing there afterwards; here it does.
        if _first == _second or (_second == "nothing" and _first not in _KEPT):
            CASES[f"scope_with_{_first}_becomes_one_with_{_second}"] = partial(_between_scopes, _first, _second)


BOUNDARIES: dict[str, dict[str, str | bool]] = {
    "timer": {"duration": "PT10S"},
    "signal": {"signal": "go"},
    "message": {"message": "m", "correlation_key": '= "k"'},
    "error": {"error": "OOPS"},
    "escalation": {"escalation": "UP"},
    "nothing": {},
}


def _bounded(kind: str, name: str, number: int) -> ProcessBuilder:
    main = process(name).start()
    if kind == "escalation":
        main.subprocess("e").start("s1").service_task("work", type=f"{name}_work{number}").end("e1").done()
    else:
        main.service_task("e", type=f"{name}_e{number}")
    if kind != "nothing":
        given = {key: f"{name}_{value}" if key in {"signal", "message"} else value for key, value in BOUNDARIES[kind].items()}
        main.boundary(f"b{number}", "e", **given).service_task(f"handle{number}", type=f"{name}_h{number}").end("e2").at("e")
    return main.end()


def _between_boundaries(first: str, second: str, name: str) -> Made:
    return [_bounded(first, name, 1)], [
        create(name, n=1),
        create(name, n=2),
        second_version(_bounded(second, name, 2), name=name),
        migrate(name, "e", "b1>b2"),
        migrate(name, "e", "work"),
        migrate(name, "e", "work", nth=1),
        publish(f"{name}_m", "k"),
        wait(10_000),
        step("complete", "handle2"),
        step("complete", "e", 0),
        step("complete", "e", 1),
    ]


for _first in BOUNDARIES:
    for _second in BOUNDARIES:
        if _first != _second:
            CASES[f"boundary_{_first}_becomes_{_second}"] = partial(_between_boundaries, _first, _second)

# Each state of a job at the moment of its migration.
JOBS: dict[str, Callable[[str], list[Step]]] = {
    "activated": lambda name: [step("activate", type=f"{name}_e", jobs=1, timeout=5_000)],
    "backing_off": lambda _: [step("fail", "e", retries=2, backoff=10_000)],
    "without_retries": lambda _: [step("fail", "e", retries=0, message="never")],
    "error_thrown": lambda _: [step("throw", "e", code="NOBODY")],
    "output_failed": lambda _: [step("complete", "e", variables={"needed": None})],
    "input_failed": lambda name: [step("create", process=name, variables={"n": None})],
}


def _job(state: str, name: str) -> Made:
    inputs = {"own": "= assert(n, n != null)"}
    main = (
        process(name)
        .start()
        .service_task("e", type=f"{name}_e", inputs=inputs, outputs={"out": "= assert(needed, needed != null)"})
        .end()
    )
    newer = process(name).start().service_task("f", type=f"{name}_f", outputs={"other": "= own"}, retries="7").end()
    nth = int(state == "input_failed")
    return [main], [
        create(name, n=1),
        *JOBS[state](name),
        second_version(newer, name=name),
        migrate(name, "e>f", nth=nth),
        wait(11_000),
        step("set_variables", name, nth, variables={"n": 1, "needed": 2}),
        step("retries", "e", retries=3),
        step("resolve", "e"),
        step("activate", type=f"{name}_e", jobs=5, timeout=60_000),
        step("activate", type=f"{name}_f", jobs=5, timeout=60_000),
        step("complete", "e"),
        step("complete", "f"),
    ]


for _state in JOBS:
    CASES[f"job_{_state}_when_migrated"] = partial(_job, _state)


@case
def migrated_twice_and_back(name: str) -> Made:
    main = process(name).start().subprocess("sub").start("s1").service_task("u").end("e1").done().end()
    newer = process(name).start().subprocess("sub").start("s1").service_task("v").service_task("more").end("e1").done().end()
    other = process(f"{name}other").start("begin").subprocess("x").start("s2").service_task("w").end("e2").done().end("finish")
    return [main, other], [
        create(name, n=1),
        second_version(newer, name=name),
        migrate(name, "sub", "u>v"),
        migrate(name, "sub", "v>u", to=0),
        migrate(name, "sub", "u>v"),
        step("migrate", name, process=f"{name}other", to=0, mapping=[["sub", "x"], ["v", "w"]]),
        step("migrate", f"{name}other", process=f"{name}other", to=0, mapping=[["x", "x"], ["w", "w"]]),
        step("complete", "u", variables={"r": 1}),
    ]


@case
def migrated_while_a_token_waits_at_a_join(name: str) -> Made:
    main = process(name).start().parallel("fork").service_task("a", type=f"{name}_a").parallel("join")
    main.at("fork").service_task("b", type=f"{name}_b").to("join").at("join").end()
    return [main], [
        create(name, n=1),
        second_version(process(name).start().service_task("b", type=f"{name}_b2").end(), name=name),
        step("complete", "a"),
        migrate(name, "b"),
        step("complete", "b"),
    ]


@case
def migrated_child_of_a_call(name: str) -> Made:
    child = process(f"{name}child").start("begin").service_task("work", type=f"{name}_work").end("finish")
    main = process(name).start().call_activity("call", f"{name}child").end()
    newer = (
        process(f"{name}child").start("begin").service_task("work2", type=f"{name}_work2", outputs={"out": "= n"}).end("finish")
    )
    plan = {"process": f"{name}child", "to": 1, "mapping": [["work", "work2"]]}
    return [main, child], [
        create(name, n=1),
        second_version(newer, name=f"{name}child"),
        step("migrate", f"{name}child", **plan),
        step("complete", "work", variables={"n": 2}),
    ]


def _worked(kind: str, name: str, version: int) -> ProcessBuilder:
    """A process whose one task is of a kind, or lies in a scope of a kind."""
    loop = {"loop": Loop("= [1, 2]", element="i")}
    main = process(name).start()
    match kind:
        case "task" | "event_subprocess":
            main.service_task("e", type=f"{name}_{version}")
        case "turns":
            main.service_task("e", type=f"{name}_{version}", **loop)
        case "native_user" | "job_user":
            main.user_task("e", native=kind == "native_user")
        case _:
            main.subprocess("outer", **(loop if kind == "scope_turns" else {})).start("s1")
            if kind == "inner_scope":
                main.subprocess("inner").start("s2").service_task("e", type=f"{name}_{version}").end("e2").done()
            else:
                main.service_task("e", type=f"{name}_{version}")
            main.end("e1").done()
    main.end()
    if kind == "event_subprocess":
        main.event_subprocess("esp").start("es", signal=f"{name}_go").end("e3").done()
    return main


def _between_kinds(first: str, second: str, name: str) -> Made:
    return [_worked(first, name, 1)], [
        create(name, n=1),
        second_version(_worked(second, name, 2), name=name),
        migrate(name, "e"),
        migrate(name, "e", "outer"),
        migrate(name, "e", "outer>inner"),
        migrate(name, "e>esp"),
        step("broadcast", name=f"{name}_go"),
        step("complete", "e", 0),
        step("complete", "e", 1),
    ]


_KINDS = ("task", "turns", "native_user", "job_user", "scope", "inner_scope", "scope_turns", "event_subprocess")
# What a native user task's records name afterwards is another matter.
for _first in _KINDS:
    for _second in _KINDS:
        if (_first, _second) != ("native_user", "native_user"):
            CASES[f"migrated_{_first}_to_{_second}"] = partial(_between_kinds, _first, _second)


def _waits_at_an_incident(name: str, element: str, key: str, *, kind: str = "work") -> ProcessBuilder:
    main = process(name).start().service_task(element, type=kind if kind.startswith("=") else f"{name}_{kind}")
    return main.boundary(f"at_{element}", element, message=f"{name}_m", correlation_key=key).end("e1").at(element).end("e2")


@case
def migration_of_a_task_whose_message_has_no_key(name: str) -> Made:
    later = _waits_at_an_incident(name, "b", "= missing")
    return [_waits_at_an_incident(name, "a", "= missing")], [
        create(name),
        second_version(later, name=name),
        step("migrate", name, process=name, to=1, mapping=[["a", "b"]]),
        step("resolve", "a"),
        step("set_variables", name, variables={"missing": "k"}),
        step("resolve", "b"),
        step("resolve", "a", 1),
        publish(f"{name}_m", "k"),
    ]


@case
def migration_of_a_task_that_begins_with_a_message(name: str) -> Made:
    later = _waits_at_an_incident(name, "b", "= given", kind="= missing")
    return [_waits_at_an_incident(name, "a", "= given", kind="= missing")], [
        create(name, given="k"),
        second_version(later, name=name),
        step("migrate", name, process=name, to=1, mapping=[["a", "b"]]),
        step("set_variables", name, variables={"missing": "work"}),
        step("resolve", "a"),
        step("resolve", "b"),
        publish(f"{name}_m", "k"),
    ]


@case
def migration_of_a_task_that_ends_with_a_message(name: str) -> Made:
    def version(element: str) -> ProcessBuilder:
        main = process(name).start().service_task(element, type=f"{name}_work", outputs={"x": "= assert(y, y != null)"})
        main.boundary(f"at_{element}", element, message=f"{name}_m", correlation_key="= given").end("e1").at(element)
        return main.end("e2")

    return [version("a")], [
        create(name, given="k"),
        step("complete", "a"),
        second_version(version("b"), name=name),
        step("migrate", name, process=name, to=1, mapping=[["a", "b"]]),
        step("set_variables", name, variables={"y": 1}),
        publish(f"{name}_m", "k"),
        step("resolve", "a"),
        step("resolve", "b"),
    ]


@case
def message_that_started_one_ended_by_hand(name: str) -> Made:
    main = process(name).start(message=f"{name}_m").service_task("a", type=f"{name}_a").end()
    return [main], [
        publish(f"{name}_m", "k", ttl=60_000, n=1),
        publish(f"{name}_m", "k", ttl=60_000, n=2),
        step("modify", name, terminate=[["a", 0]]),
        publish(f"{name}_m", "k", ttl=60_000, n=3),
        publish(f"{name}_m", "other", ttl=60_000, n=4),
        wait(61_000),
        publish(f"{name}_m", "k", ttl=60_000, n=5),
    ]
