"""Instances that operators move: modified with ancestors, migrated with incidents, subprocesses and calls."""

from tests.bpmn_builder import ProcessBuilder, process
from tests.differential.hard_cases import case, create, publish, second_version, step, wait
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]


def _migrate(name: str, *pairs: str, nth: int = 0) -> Step:
    mapping = [pair.split(">") if ">" in pair else [pair, pair] for pair in pairs]
    return step("migrate", name, nth, process=name, to=1, mapping=mapping)


@case
def modified_into_nested_scopes_with_variables(name: str) -> Made:
    main = process(name).start().service_task("one", type=f"{name}_one").subprocess("outer", inputs={"x": "= n"}).start("s1")
    main.subprocess("inner").start("s2").service_task("deep", type=f"{name}_deep", inputs={"y": "= x"}).end("e2").done()
    main.boundary("late", "inner", duration="PT10S").end("e3").at("inner").end("e1")
    main.event_subprocess("esp").start("es", interrupting=False, signal=f"{name}_go").end("e4").done().done().end()
    given = [{"variables": {"x": 5}, "scope": "outer"}, {"variables": {"z": 1}, "scope": "deep"}, {"variables": {"g": 2}}]
    return [main], [
        create(name, n=1),
        step("modify", name, 0, activate=[{"element": "deep", "variables": given}], terminate=[["one", 0]]),
        step("broadcast", name=f"{name}_go"),
        step("modify", name, 0, activate=[{"element": "deep", "ancestor": ["outer", 0]}]),
        step("modify", name, 0, activate=[{"element": "deep", "ancestor": [name, 0]}]),
        step("modify", name, 0, activate=[{"element": "deep", "ancestor": ["outer", 0]}] * 2),
        step("complete", "deep", 0),
        wait(10_000),
        step("complete", "deep", 1),
    ]


@case
def modified_onto_an_event_subprocess(name: str) -> Made:
    main = process(name).start().service_task("one", type=f"{name}_one").end()
    main.event_subprocess("esp").start("es", signal=f"{name}_go").service_task("last", type=f"{name}_last").end("e1").done()
    return [main], [
        create(name, n=1),
        step("modify", name, 0, activate=[{"element": "last"}]),
        step("modify", name, 0, activate=[{"element": "esp"}]),
        step("complete", "last", 0),
        step("broadcast", name=f"{name}_go"),
        step("complete", "last", 1),
    ]


@case
def modified_while_a_join_waits(name: str) -> Made:
    main = process(name).start().parallel("fork").service_task("a", type=f"{name}_a").parallel("join")
    main.at("fork").service_task("b", type=f"{name}_b").to("join").at("join").service_task("after", type=f"{name}_after").end()
    return [main], [
        create(name, n=1),
        step("complete", "a"),
        step("modify", name, 0, terminate=[["b", 0]], activate=[{"element": "join"}]),
        step("complete", "after", 0),
        create(name, n=2),
        step("complete", "a", 1),
        step("modify", name, 1, activate=[{"element": "a"}]),
        step("complete", "a", 2),
        step("complete", "b", 1),
        step("complete", "after", 1),
    ]


@case
def modified_to_end_everything_in_a_subprocess(name: str) -> Made:
    main = process(name).start().subprocess("sub").start("s1").parallel("fork").service_task("a", type=f"{name}_a").end("e1")
    main.at("fork").service_task("b", type=f"{name}_b").end("e2").done().service_task("after", type=f"{name}_after").end()
    return [main], [
        create(name, n=1),
        step("modify", name, 0, terminate=[["a", 0], ["b", 0]], activate=[{"element": "after"}]),
        step("complete", "after"),
        create(name, n=1),
        step("modify", name, 1, terminate=[["a", 1], ["b", 1]]),
    ]


@case
def migrated_subprocess_whose_event_subprocess_is_gone(name: str) -> Made:
    main = process(name).start().subprocess("sub").start("s1").service_task("work", type=f"{name}_work").end("e1")
    main.event_subprocess("esp").start("es", message=f"{name}_m", correlation_key="= key").task("t").end(
        "e2"
    ).done().done().end()
    newer = process(name).start().subprocess("sub").start("s1").service_task("work", type=f"{name}_new").end("e1").done().end()
    return [main], [
        create(name, key="k"),
        create(name, key="j"),
        second_version(newer, name=name),
        _migrate(name, "sub", "work"),
        _migrate(name, "sub", "work", nth=1),
        publish(f"{name}_m", "k", n=1),
        step("complete", "work", 0),
        step("complete", "work", 1),
    ]


@case
def migrated_subprocess_whose_event_subprocess_stays(name: str) -> Made:
    main = process(name).start().subprocess("sub").start("s1").service_task("work", type=f"{name}_work").end("e1")
    main.event_subprocess("esp").start("es", interrupting=False, duration="PT10S").task("t").end("e2").done().done().end()
    newer = process(name).start().subprocess("sub").start("s1").service_task("work", type=f"{name}_new").end("e1")
    newer.event_subprocess("esp").start("es", interrupting=False, duration="PT20S").service_task("t", type=f"{name}_t")
    newer.end("e2").done().done().end()
    return [main], [
        create(name, key="k"),
        second_version(newer, name=name),
        _migrate(name, "sub", "work"),
        wait(10_000),
        step("complete", "t"),
        step("complete", "work"),
    ]


@case
def migrated_with_incidents_and_variables(name: str) -> Made:
    main = process(name).start().service_task("work", type=f"{name}_work", inputs={"x": "= n"}).end()
    newer = process(name).start().service_task("work2", type=f"{name}_new", outputs={"out": "= x"}).service_task("more").end()
    return [main], [
        create(name, n=1),
        step("fail", "work", retries=0),
        second_version(newer, name=name),
        _migrate(name, "work>work2"),
        step("retries", "work", retries=2),
        step("resolve", "work"),
        step("complete", "work", variables={"x": 3}),
        step("complete", "more"),
    ]


@case
def migrated_call_and_its_child(name: str) -> Made:
    child = process(f"{name}child").start("begin").service_task("inner", type=f"{name}_inner").end("ce")
    main = process(name).start().call_activity("call", f"{name}child").end()
    newer = process(name).start().call_activity("call2", f"{name}child", outputs={"seen": "= n"}).service_task("more").end()
    return [main, child], [
        create(name, n=1),
        second_version(newer, name=name),
        _migrate(name, "call>call2"),
        step("complete", "inner", variables={"n": 2}),
        step("complete", "more"),
    ]


@case
def created_at_several_places(name: str) -> Made:
    main = process(name).start().parallel("fork").service_task("a", type=f"{name}_a").parallel("join")
    main.at("fork").subprocess("sub").start("s1").service_task("b", type=f"{name}_b").end("e1").done().to("join")
    main.at("join").service_task("after", type=f"{name}_after").end()
    return [main], [
        step("create", process=name, variables={"n": 1}, start_at=["a", "b"]),
        step("complete", "a"),
        step("complete", "b"),
        step("complete", "after"),
        step("create", process=name, variables={"n": 1}, start_at=["b", "b", "join"]),
    ]
