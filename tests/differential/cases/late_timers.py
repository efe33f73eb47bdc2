"""A timer that is due while its element is done and waits at an incident of its outputs: refused, while it waits there."""

from functools import partial

from tests.bpmn_builder import ProcessBuilder, process
from tests.differential.cases.late_events import failing, finished
from tests.differential.hard_cases import CASES, case, create, step, wait
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]

_KINDS = {"timer": {"duration": "PT10S"}, "cycle": {"cycle": "R3/PT10S"}}


def _while_completing(kind: str, place: str, interrupting: bool, name: str) -> Made:
    return [failing(name, place, interrupting, _KINDS[kind])], [
        create(name),
        finished(place),
        wait(15_000),
        step("resolve", "a"),
        wait(15_000),
        step("set_variables", name, variables={"y": 1}),
        step("resolve", "a", 1),
        wait(15_000),
    ]


for _kind in _KINDS:
    for _place in ("task", "subprocess", "inside"):
        # An interrupting timer is no cycle.
        for _how in (True, False) if _kind == "timer" else (False,):
            _name = f"{_kind}_while_outputs_fail_{_place}{'' if _how else '_non_interrupting'}"
            CASES[_name] = partial(_while_completing, _kind, _place, _how)


@case
def timer_refused_again_when_another_is_due(name: str) -> Made:
    main = failing(name, "task", True, _KINDS["timer"])
    other = process(f"{name}other").start("begin").catch("c", duration="PT30S").end("finish")
    return [main, other], [
        create(name),
        create(f"{name}other"),
        finished("task"),
        wait(15_000),
        wait(20_000),
        create(f"{name}other"),
        wait(35_000),
        step("cancel", name),
        create(f"{name}other"),
        wait(35_000),
    ]


@case
def two_timers_of_a_task_that_waits_at_its_outputs(name: str) -> Made:
    main = failing(name, "task", False, _KINDS["cycle"])
    main.boundary("second", "a", duration="PT10S").end("e5").at("a")
    return [main], [
        create(name),
        wait(12_000),
        finished("task"),
        wait(15_000),
        wait(15_000),
        step("set_variables", name, variables={"y": 1}),
        step("resolve", "a"),
        wait(15_000),
    ]
