"""Variables: set from outside in each scope, merged by mappings, kept apart by calls and turns."""

from functools import partial
from typing import Any

from tests.bpmn_builder import Loop, ProcessBuilder, process
from tests.differential.hard_cases import CASES, case, create, publish, step
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]

VALUES: tuple[Any, ...] = (1, None, "text", {"a": {"b": 1}}, [1, [2]], 1.0, 1.50, True)


def _nested(name: str) -> ProcessBuilder:
    main = (
        process(name)
        .start()
        .subprocess("outer", inputs={"o": "= v"})
        .start("s1")
        .subprocess("inner", inputs={"i.deep.er": "= o"})
    )
    main.start("s2").service_task(
        "e", type=f"{name}_e", inputs={"own": "= i", "own.part": "= o"}, outputs={"r.x": "= own", "r.y": "= late"}
    )
    return main.end("e2").done().end("e1").done().service_task("after", type=f"{name}_after").end()


def _set_in(scope: str, name: str) -> Made:
    """Set in a scope, locally and not: what is new, what is known there, what is known above, what is the same."""
    place = name if scope == "PROCESS" else scope
    steps = [create(name, v={"a": 0}, late=None)]
    for local in (True, False):
        steps += [
            step("set_variables", place, variables={"own": value, "o": value, "v": value, "new": value}, local=local)
            for value in VALUES
        ]
        steps.append(step("set_variables", place, variables={}, local=local))
    return [_nested(name)], [
        *steps,
        step("complete", "e", variables={"late": 1, "own": 2}),
        step("set_variables", place, variables={"gone": 1}),
        step("complete", "after"),
    ]


for _scope in ("PROCESS", "outer", "inner", "e", "after"):
    CASES[f"variables_set_in_{_scope.lower()}"] = partial(_set_in, _scope)

MAPPED: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "over_itself": ({"n": "= n + 1"}, {"n": "= n + 1"}),
    "one_after_another": ({"a": "= n", "b": "= a", "a.c": "= b"}, {"x": "= r", "y": "= x", "x.z": "= y"}),
    "into_what_is_there": ({"o.k": "= n"}, {"o.k": "= r", "o.l.m": "= r"}),
    "into_a_number": ({"n.k": "= 1"}, {"n.k": "= 2"}),
    "contexts": ({"a": "= {x: n, y: x + 1}"}, {"o": "= {k: r}", "list": "= [r, n]"}),
    "missing": ({"a": "= missing.deep"}, {"b": "= missing", "c": "= missing.deep[1]"}),
    "static": ({"a": "text", "b": "5", "c": "null"}, {"d": '= "text"'}),
    "functions": ({"f": '= @"PT5S"'}, {"d": '= duration("PT1H")', "t": '= date("2030-01-01")'}),
    "only_in": ({"a": "= n"}, {}),
    "only_out": ({}, {"a": "= n"}),
}
KINDS: dict[str, Any] = {
    "task": lambda main, name, given: main.service_task("e", type=f"{name}_e", **given),
    "turns": lambda main, name, given: main.service_task(
        "e", type=f"{name}_e", loop=Loop("= [1, 2]", element="n", output_collection="all", output_element="= r"), **given
    ),
    "subprocess": lambda main, name, given: (
        main.subprocess("sub", **given).start("s1").service_task("e", type=f"{name}_e").end("e1").done()
    ),
    "call": lambda main, name, given: main.call_activity("call", f"{name}child", **given),
}


def _mapped(kind: str, mapped: str, name: str) -> Made:
    inputs, outputs = MAPPED[mapped]
    main = process(name).start()
    KINDS[kind](main, name, {"inputs": inputs, "outputs": outputs})
    main.service_task("after", type=f"{name}_after").end()
    child = process(f"{name}child").start("begin").service_task("e" if kind == "call" else "c", type=f"{name}_e").end("finish")
    steps = [create(name, n=1, o={"z": 0}, r="before"), step("set_variables", name, variables={"o": {"z": 1}})]
    return [main, child], [
        *steps,
        step("complete", "e", 0, variables={"r": {"deep": 1}, "n": 5, "fresh": 1}),
        step("complete", "e", 1, variables={"r": 2, "o": None}),
        step("resolve", "e", 0),
        step("set_variables", name, variables={"r": 3}),
        step("cancel", name),
    ]


for _kind in KINDS:
    for _mapping in MAPPED:
        CASES[f"mapped_{_mapping}_at_a_{_kind}"] = partial(_mapped, _kind, _mapping)


def _called(child: bool | None, parent: bool | None, name: str) -> Made:
    main = (
        process(name)
        .start()
        .call_activity("call", f"{name}child", propagate_child=child, propagate_parent=parent, inputs={"given": "= n"})
        .call_activity("plain", f"{name}child", propagate_child=child, propagate_parent=parent)
        .call_activity("mapped", f"{name}child", propagate_child=child, propagate_parent=parent, outputs={"out": "= r"})
        .end()
    )
    inner = process(f"{name}child").start("begin").service_task("e", type=f"{name}_e", inputs={"local": "= n"}).end("finish")
    done = [step("complete", "e", nth, variables={"r": nth, "n": nth + 10, "given": None, "local": 0}) for nth in range(3)]
    return [main, inner], [create(name, n=1, other={"a": 1}), *done]


for _child in (None, True, False):
    for _parent in (None, True, False):
        CASES[f"called_with_child_{_child}_and_parent_{_parent}".lower()] = partial(_called, _child, _parent)


@case
def results_that_are_waited_for(name: str) -> Made:
    main = process(name).start().service_task("e", type=f"{name}_e", inputs={"local": "= n"}).end()
    fetched: tuple[list[str], ...] = ([], ["n"], ["local", "r"], ["missing"], ["n", "n"], [""])
    return [main], [
        *(step("create_with_result", process=name, variables={"n": nth}, fetch=fetch) for nth, fetch in enumerate(fetched)),
        *(step("complete", "e", nth, variables={"r": nth}) for nth in range(len(fetched))),
        step("create_with_result", process=name, variables={"n": 9}, start_at=["e"]),
        step("throw", "e", 6, code="X"),
        step("cancel", name, 6),
        step("create_with_result", process=f"{name}lost", variables={}),
    ]


@case
def event_variables_reach_their_scope(name: str) -> Made:
    main = process(name).start().subprocess("sub", inputs={"v": "= 0"}).start("s1").receive_task("wait", f"{name}_m").end("e1")
    main.event_subprocess("esp").start("es", interrupting=False, message=f"{name}_s", correlation_key="= key").maps(
        outputs={"v": "= n"}
    )
    main.service_task("e", type=f"{name}_e").end("e2").done().done().service_task("after", type=f"{name}_after").end()
    return [main], [
        create(name, key="k", v=9),
        publish(f"{name}_s", "k", n=1, v=5),
        publish(f"{name}_s", "k", n=2, v=6),
        step("complete", "e", 1, variables={"v": 7}),
        publish(f"{name}_m", "k", n=3, v=8),
        step("complete", "e", 0),
        step("complete", "after"),
    ]


@case
def minus_zero_is_zero(name: str) -> Made:
    """A variable keeps its sign; as soon as FEEL has read it there is none."""
    main = process(name).start().script_task("text", "= string(num)", result="text").script_task("same", "= num", result="same")
    main.script_task("inside", "= [num, {a: num}]", result="inside").receive_task("wait", f"{name}_m", correlation_key="= num")
    main.end()
    return [main], [create(name, num=-0.0), step("publish", name=f"{name}_m", key="0.0", variables={"sent": -0.0})]
