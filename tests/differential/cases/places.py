"""Every kind of element as the place where an instance is created, moved to by hand, taken away from, or migrated.

One process holds them all, each beside the others, so that a command is about one element and the rest stands still.
"""

from functools import partial

from tests.bpmn_builder import Loop, ProcessBuilder, process
from tests.differential.hard_cases import CASES, create, publish, second_version, step, wait
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]

NESTED = ("sub", "inner", "deep", "deep_end", "inner_start", "turns", "turn_task", "sequence", "sequence_task", "caught_in")
EVENTS = ("timer", "message", "signal", "receive", "link_in", "link_out", "thrown", "boundary", "ended", "gateway_timer")
TASKS = ("service", "script", "native", "called", "plain", "loop", "join", "fork", "choice", "gateway", "begin", "broken")
SPECIAL = ("esp", "esp_start", "esp_task", "undo", "undo_boundary", "terminated", "compensated", "scoped", "scoped_task")


def everything(name: str, *, interruptible: bool = True) -> ProcessBuilder:
    """A process whose only token waits at `wait`; what else there is lies behind gateways that are never passed."""
    main = process(name).start("begin").service_task("wait", type=f"{name}_wait").exclusive("choice")
    main.when("= false").parallel("fork").service_task("service", type=f"{name}_service").compensated_by(
        "undo_boundary", "undo", type=f"{name}_undo"
    )
    main.boundary("boundary", "service", interrupting=False, duration="PT30S").end("late").at("service").parallel("join").end(
        "ended"
    )
    main.at("fork").script_task("script", "= 1", result="one").to("join")
    main.at("choice").when("= false").subprocess("sub", inputs={"outside": "= n"}).start("sub_start").subprocess("inner")
    main.start("inner_start").service_task("deep", type=f"{name}_deep").end("deep_end").done().end("sub_end")
    main.event_subprocess("scoped").start("scoped_start", message=f"{name}_scoped", correlation_key='= "k"')
    main.service_task("scoped_task", type=f"{name}_scoped").end("scoped_end").done().done().end("after_sub")
    main.at("choice").when("= false").subprocess("turns", loop=Loop("= [1, 2]", element="i")).start("turn_start")
    main.service_task("turn_task", type=f"{name}_turn").end("turn_end").done().end("after_turns")
    main.at("choice").when("= false").subprocess("sequence", loop=Loop("= [1, 2]", sequential=True)).start("sequence_start")
    main.service_task("sequence_task", type=f"{name}_sequence").end("sequence_end").done().end("after_sequence")
    main.at("choice").when("= false").event_gateway("gateway").catch("gateway_timer", duration="PT10S").end("e1")
    main.at("gateway").catch("caught_in", signal=f"{name}_gateway").end("e2")
    main.at("choice").when("= false").catch("timer", duration="PT10S").catch(
        "message", message=f"{name}_m", correlation_key='= "k"'
    )
    main.catch("signal", signal=f"{name}_go").receive_task("receive", f"{name}_m", correlation_key='= "k"').throw(
        "link_out", link="L"
    )
    main.apart().catch("link_in", link="L").throw("thrown").throw("compensated", compensate=True).end(
        "terminated", terminate=True
    )
    main.at("choice").when("= false").user_task("native", assignee="ann").call_activity("called", f"{name}child").task("plain")
    main.service_task("loop", type=f"{name}_loop", loop=Loop("= [1, 2]", element="i")).end("broken", error="BROKEN")
    main.at("choice").otherwise().end("default_end")
    if interruptible:
        _event_subprocess(main, name)
    return main


def _event_subprocess(main: ProcessBuilder, name: str) -> None:
    """What an instance can have that nobody migrates: an event subprocess of its own."""
    main.event_subprocess("esp").start("esp_start", interrupting=False, signal=f"{name}_esp")
    main.service_task("esp_task", type=f"{name}_esp").end("esp_end").done()


def child(name: str) -> ProcessBuilder:
    return process(f"{name}child").start("c_begin").service_task("c_task", type=f"{name}_child").end("c_end")


def _rest(name: str) -> list[Step]:
    """Whatever was begun goes on: each thing that can happen does."""
    tasks = ("service", "deep", "scoped_task", "turn_task", "sequence_task", "loop", "c_task", "esp_task", "undo")
    return [
        *(step("complete", task, nth) for task in tasks for nth in (0, 1)),
        step("user_task", "native", intent="COMPLETE", action="done"),
        wait(10_000),
        publish(f"{name}_m", "k", n=5),
        step("broadcast", name=f"{name}_go"),
        publish(f"{name}_m", "k", n=6),
        *(step("complete", task, nth) for task in ("c_task", "loop", "sequence_task") for nth in (0, 1, 2)),
        step("resolve", "broken"),
    ]


def _created_at(element: str, name: str) -> Made:
    at = step("create", process=name, variables={"n": 1}, start_at=[element])
    twice = step("create", process=name, variables={"n": 1}, start_at=[element, "service"])
    return [everything(name), child(name)], [at, *_rest(name), twice, step("cancel", name, 1)]


def _moved_to(element: str, name: str) -> Made:
    given = [{"variables": {"own": 1}, "scope": element}, {"variables": {"whole": 2}, "scope": ""}]
    move = step("modify", name, activate=[{"element": element, "variables": given}], terminate=[["wait", 0]])
    again = step("modify", name, 1, activate=[{"element": element}, {"element": element}])
    return [everything(name), child(name)], [
        create(name, n=1),
        move,
        *_rest(name),
        create(name, n=2),
        again,
        step("modify", name, 1, terminate=[[element, 1]]),
        step("modify", name, 1, terminate=[["wait", 1]]),
        step("cancel", name, 1),
    ]


def _migrated_at(element: str, name: str) -> Made:
    """To itself in a version whose element of that name has another job, then to an element of another kind."""
    newer = everything(name, interruptible=False).apart().task("extra").end("extra_end")
    path = {"deep": ["sub", "inner"], "scoped_task": ["sub", "scoped"], "turn_task": ["turns"], "sequence_task": ["sequence"]}
    around = [[scope, scope] for scope in path.get(element, [])]
    plan = {"process": name, "to": 1}
    return [everything(name, interruptible=element.startswith("esp")), child(name)], [
        create(name, n=1),
        step("modify", name, activate=[{"element": element}], terminate=[["wait", 0]]),
        second_version(newer, name=name),
        step("migrate", name, **plan, mapping=around),
        step("migrate", name, **plan, mapping=[*around, [element, "extra"]]),
        step("migrate", name, **plan, mapping=[*around, [element, "wait"]]),
        step("migrate", name, **plan, mapping=[*around, [element, element]]),
        *_rest(name),
    ]


for _element in (*NESTED, *EVENTS, *TASKS, *SPECIAL):
    # Created at its only end event, the real engine completes while what was begun beside it still runs.
    if _element != "ended":
        CASES[f"created_at_{_element}"] = partial(_created_at, _element)
    CASES[f"moved_to_{_element}"] = partial(_moved_to, _element)
    # A migrated user task's records go on naming what it was before: a fault that is not imitated.
    if _element != "native":
        CASES[f"migrated_at_{_element}"] = partial(_migrated_at, _element)
