"""What ends while it waits at an incident of its outputs: in which order its incident and its subscriptions are closed."""

from collections.abc import Callable
from functools import partial

from tests.bpmn_builder import Loop, ProcessBuilder, process
from tests.differential.hard_cases import CASES, create, publish, step
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]

_FAILING = {"x": "= assert(y, y != null)"}


def _with_a_job(add: str, **rest: object) -> Callable[[ProcessBuilder, str], list[Step]]:
    def drawn(main: ProcessBuilder, name: str) -> list[Step]:
        getattr(main, add)("a", type=f"{name}_a", outputs=_FAILING, **rest)
        return [step("complete", "a")]

    return drawn


def _job_user_task(main: ProcessBuilder, _name: str) -> list[Step]:
    main.user_task("a", native=False, outputs=_FAILING)
    return [step("complete", "a")]


def _user_task(main: ProcessBuilder, _name: str) -> list[Step]:
    main.user_task("a", outputs=_FAILING)
    return [step("user_task", "a", intent="COMPLETE", variables={})]


def _receive_task(main: ProcessBuilder, name: str) -> list[Step]:
    main.receive_task("a", f"{name}_r", correlation_key='= "k"', outputs=_FAILING)
    return [publish(f"{name}_r", "k")]


def _subprocess(main: ProcessBuilder, name: str) -> list[Step]:
    main.subprocess("a", outputs=_FAILING).start("s1").service_task("b", type=f"{name}_b").end("e1")
    main.event_subprocess("esp").start("es", duration="PT1H").end("e2").done().done()
    return [step("complete", "b")]


def _multi_instance(main: ProcessBuilder, name: str) -> list[Step]:
    main.service_task("a", type=f"{name}_a", outputs=_FAILING, loop=Loop("= [1, 2]"))
    return [step("complete", "a")]


def _call(main: ProcessBuilder, name: str) -> list[Step]:
    main.call_activity("a", f"{name}child", outputs=_FAILING)
    return [step("complete", "b")]


_KINDS: dict[str, Callable[[ProcessBuilder, str], list[Step]]] = {
    "service_task": _with_a_job("service_task"),
    "send_task": _with_a_job("send_task"),
    "script_job": _with_a_job("script_job"),
    "decision_job": _with_a_job("decision_job"),
    "job_user_task": _job_user_task,
    "user_task": _user_task,
    "receive_task": _receive_task,
    "subprocess": _subprocess,
    "multi_instance": _multi_instance,
    "call_activity": _call,
}


def _ended(kind: str, how: str, name: str) -> Made:
    main = process(name)
    if how == "by_an_event":
        main.event_subprocess("outer").start("os", signal=f"{name}_end").end("oe").done()
    main.apart().start()
    finish = _KINDS[kind](main, name)
    main.end("e9")
    main.boundary("by_time", "a", duration="PT1H").end("e3")
    main.boundary("by_message", "a", message=f"{name}_m", correlation_key='= "k"').end("e4")
    main.boundary("by_signal", "a", signal=f"{name}_s").end("e5")
    child = (
        [process(f"{name}child").start("cs").service_task("b", type=f"{name}_b").end("ce")] if kind == "call_activity" else []
    )
    endings = {
        "by_cancelling": step("cancel", name),
        "by_an_event": step("broadcast", name=f"{name}_end", variables={}),
        "by_hand": step("modify", name, terminate=[["a", 0]]),
    }
    return [main, *child], [create(name), *finish, endings[how]]


_JOBS: dict[str, Step] = {
    "failed_job": step("fail", "a", retries=0),
    "unhandled_error": step("throw", "a", code="NONE"),
}


def _job(kind: str, how: str, name: str) -> Made:
    (main, *_), steps = _ended("service_task", how, name)
    return [main], [_JOBS[kind] if one.action == "complete" else one for one in steps]


for _kind in _JOBS:
    for _how in ("by_cancelling", "by_an_event", "by_hand"):
        CASES[f"{_kind}_ended_{_how}"] = partial(_job, _kind, _how)
for _kind in _KINDS:
    for _how in ("by_cancelling", "by_an_event", "by_hand"):
        CASES[f"{_kind}_with_failed_outputs_ended_{_how}"] = partial(_ended, _kind, _how)
