"""What happens to an element that is done and waits at an incident of its outputs: no message or signal reaches it any more."""

from collections.abc import Callable
from functools import partial

from tests.bpmn_builder import ProcessBuilder, process
from tests.differential.hard_cases import CASES, create, publish, step
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]


# What may happen to an element that waits at an incident of its outputs, and how the scenario makes it happen.
HAPPENS: dict[str, tuple[dict[str, str], Callable[[str], Step]]] = {
    "message": ({"message": "NAME_m", "correlation_key": '= "k"'}, lambda name: publish(f"{name}_m", "k", v=1)),
    "signal": ({"signal": "NAME_s"}, lambda name: step("broadcast", name=f"{name}_s", variables={"v": 1})),
}
_FAILING = {"x": "= assert(y, y != null)"}


def failing(name: str, place: str, interrupting: bool, trigger: dict[str, str]) -> ProcessBuilder:
    """A process whose element `a` waits at an incident of its outputs when it is done, with an event at it or inside it."""
    main = process(name).start()
    if place == "task":
        main.service_task("a", type=f"{name}_a", outputs=_FAILING)
    else:
        main.subprocess("a", outputs=_FAILING).start("s1").service_task("b", type=f"{name}_a").end("e1")
        if place == "inside":
            main.event_subprocess("esp").start("es", interrupting=interrupting, **trigger).end("e2").done()
        main.done()
    if place != "inside":
        main.boundary("bnd", "a", interrupting=interrupting, **trigger).end("e3").at("a")
    return main.end("e4")


def finished(place: str) -> Step:
    return step("complete", "a" if place == "task" else "b")


def _while_completing(kind: str, place: str, interrupting: bool, name: str) -> Made:
    trigger, happen = HAPPENS[kind]
    event = {key: value.replace("NAME", name) for key, value in trigger.items()}
    return [failing(name, place, interrupting, event)], [
        create(name),
        finished(place),
        happen(name),
        happen(name),
        step("set_variables", name, variables={"y": 1}),
        step("resolve", "a"),
    ]


for _kind in HAPPENS:
    for _place in ("task", "subprocess", "inside"):
        for _how in (True, False):
            _name = f"{_kind}_while_outputs_fail_{_place}{'' if _how else '_non_interrupting'}"
            CASES[_name] = partial(_while_completing, _kind, _place, _how)
