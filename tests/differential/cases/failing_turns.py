"""Multi-instances and calls that fail late: in their condition, in what a turn hands up, and in the process they called."""

from functools import partial
from typing import Any

from tests.bpmn_builder import ANY, Loop, ProcessBuilder, process
from tests.differential.hard_cases import CASES, case, create, publish, step, wait
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]

LOOPS: dict[str, Loop] = {
    "condition": Loop("= [1, 2, 3]", element="i", completion="= x"),
    "condition_of_counts": Loop("= [1, 2, 3]", element="i", completion="= numberOfCompletedInstances > x"),
    "output": Loop("= [1, 2]", element="i", output_collection="all", output_element="= assert(x, x != null)"),
    "output_and_condition": Loop("= [1, 2]", output_collection="all", output_element="= r", completion="= x"),
}


def _turns(kind: str, sequential: bool, name: str) -> Made:
    given = LOOPS[kind]
    loop = Loop(given.collection, given.element, given.output_collection, given.output_element, given.completion, sequential)
    main = (
        process(name).start().service_task("e", type=f"{name}_e", loop=loop).service_task("after", type=f"{name}_after").end()
    )
    steps: list[Step] = []
    wrong: tuple[Any, ...] = (None, "a", [1])
    for number, value in enumerate(wrong):
        steps += [
            create(name, x=value),
            *(step("complete", "e", 3 * number + nth, variables={"r": nth}) for nth in (0, 1)),
            step("resolve", "e", number),
            step("set_variables", name, number, variables={"x": True if "condition" in kind else 1}),
            *(step("resolve", "e", nth) for nth in range(3 * number, 3 * number + 4)),
            *(step("complete", "e", 3 * number + nth) for nth in (1, 2)),
            step("complete", "after", number),
        ]
    return [main], [*steps, create(name, x=None), step("complete", "e", 9), step("cancel", name, 3)]


for _kind in LOOPS:
    CASES[f"failing_{_kind}_of_parallel_turns"] = partial(_turns, _kind, False)
    CASES[f"failing_{_kind}_of_sequential_turns"] = partial(_turns, _kind, True)


def _failing_everywhere(name: str) -> list[ProcessBuilder]:
    inner = (
        process(f"{name}child")
        .start("begin")
        .service_task("work", type=f"{name}_work", inputs={"own": "= assert(z, z != null)"})
    )
    inner.end("finish")
    main = process(name).start().subprocess("sub").start("s1").parallel("fork").call_activity("call", f"{name}child").end("e1")
    main.at("fork").service_task("job", type=f"{name}_job").end("e2").at("fork").exclusive("choice").when("= y").end("e3")
    main.at("choice").when("= y").end("e4").at("fork").script_task("script", "= assert(y, y = 1)", result="r").end("e5")
    main.at("fork").receive_task("wait", f"{name}_m", correlation_key="= y").end("e6").at("fork").user_task(
        "ask", assignee="= y"
    )
    main.end("e7").done().boundary("late", "sub", duration="PT10S").end("e8").at("sub").end()
    return [main, inner]


@case
def incidents_everywhere_when_cancelled(name: str) -> Made:
    return _failing_everywhere(name), [
        create(name, n=1),
        step("fail", "job", retries=0),
        step("resolve", "work"),
        step("cancel", name),
        step("resolve", "script"),
    ]


@case
def incidents_everywhere_when_interrupted(name: str) -> Made:
    return _failing_everywhere(name), [create(name, n=1), step("fail", "job", retries=0), wait(10_000)]


@case
def incidents_everywhere_when_modified(name: str) -> Made:
    return _failing_everywhere(name), [
        create(name, n=1),
        step("throw", "job", code="NOBODY"),
        step("modify", name, terminate=[["choice", 0], ["call", 0]], activate=[{"element": "script"}]),
        step("modify", name, terminate=[["sub", 0]]),
    ]


@case
def incidents_everywhere_when_mended(name: str) -> Made:
    return _failing_everywhere(name), [
        create(name, n=1),
        step("fail", "job", retries=0),
        step("set_variables", name, variables={"y": 1, "z": 1}),
        *(step("resolve", element) for element in ("script", "wait", "ask", "choice", "work", "job")),
        step("retries", "job", retries=1),
        step("resolve", "job"),
        publish(f"{name}_m", "1"),
        step("set_variables", f"{name}child", variables={"z": 2}),
        step("resolve", "work", 1),
        step("complete", "work"),
        step("complete", "job"),
        step("set_variables", "sub", variables={"y": True}, local=True),
        step("resolve", "choice", 1),
        step("resolve", "ask", 1),
    ]


@case
def errors_while_an_incident_waits_beside(name: str) -> Made:
    main = process(name).start().subprocess("sub").start("s1").parallel("fork").service_task("a", type=f"{name}_a").end("e1")
    main.at("fork").service_task("b", type=f"{name}_b").end("e2").at("fork").catch("c", duration="= y").end("e3").done()
    main.boundary("any", "sub", error=ANY).service_task("handle", type=f"{name}_handle").end("e4").at("sub").end()
    return [main], [
        create(name, n=1),
        step("fail", "b", retries=0),
        step("throw", "a", code="X", variables={"y": "PT1S"}),
        step("resolve", "c"),
        step("complete", "handle"),
    ]
