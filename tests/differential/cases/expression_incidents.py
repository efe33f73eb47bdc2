"""Expressions that give what their place cannot use: each place with each wrong value, resolved in vain, mended, cancelled.

A row is a name, what is drawn (element `e`), the wrong values of `x` and the right one, and what is done when it goes on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.bpmn_builder import Loop, ProcessBuilder, process
from tests.differential.hard_cases import CASES, create, step, wait
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]
type Draw = Callable[[ProcessBuilder, str], object]


@dataclass(frozen=True)
class Place:
    """Where the expression `x` stands, which values are wrong there, and how it goes on with the right one."""

    draw: Draw
    wrong: tuple[Any, ...]
    right: Any
    after: tuple[Step, ...] = ()


def _flows(kind: str) -> Draw:
    def draw(main: ProcessBuilder, _name: str) -> None:
        getattr(main, kind)("e").when("= x").task("yes").end("e1")
        main.at("e").when("= x = 3").task("no").end("e2").at("yes")

    return draw


def _gateway(main: ProcessBuilder, name: str, **trigger: str) -> None:
    main.event_gateway("e").catch("c1", **trigger).end("e1").at("e").catch("c2", signal=f"{name}_other").end("e2").at("c1")


def _boundary(main: ProcessBuilder, name: str, **trigger: str) -> None:
    main.service_task("e", type=f"{name}_e").boundary("b", "e", **trigger).end("e1").at("e")


def _event_subprocess(main: ProcessBuilder, name: str, **trigger: str) -> None:
    main.subprocess("e").start("s1").service_task("work", type=f"{name}_work").end("e1")
    main.event_subprocess("esp").start("es", **trigger).end("e2").done().done()


DONE = (step("complete", "e"),)
NO_TEXT = (None, 5, True, [1], {"a": 1})
NO_TIME = (None, "soon", 5, True)
WORK = (step("complete", "work"),)
KEY = (None, True, [1], {"a": 1})
PLACES: dict[str, Place] = {
    "exclusive": Place(_flows("exclusive"), (None, "yes", 5, False), True),
    "inclusive": Place(_flows("inclusive"), (None, "yes", 5, False), True),
    "job_type": Place(lambda m, _: m.service_task("e", type="= x"), NO_TEXT, "some", DONE),
    "retries": Place(lambda m, n: m.service_task("e", type=f"{n}_e", retries="= x"), (None, "many", 1.5, True), 2, DONE),
    "message_name": Place(
        lambda m, _: m.receive_task("e", "= x", correlation_key='= "k"'), NO_TEXT, "m", (step("cancel", "PROCESS"),)
    ),
    "message_key": Place(
        lambda m, n: m.receive_task("e", f"{n}_m", correlation_key="= x"), KEY, "k", (step("publish", name="MESSAGE", key="k"),)
    ),
    "signal_name": Place(lambda m, _: m.catch("e", signal="= x"), NO_TEXT, "EXPRESSED", (step("broadcast", name="EXPRESSED"),)),
    "thrown_signal": Place(lambda m, _: m.throw("e", signal="= x"), NO_TEXT, "EXPRESSED"),
    "thrown_error": Place(
        lambda m, _: m.exclusive("g").when("= true").end("e", error="= x").at("g").otherwise(), NO_TEXT, "CODE"
    ),
    "thrown_escalation": Place(lambda m, _: m.throw("e", escalation="= x"), NO_TEXT, "CODE"),
    "duration": Place(lambda m, _: m.catch("e", duration="= x"), (*NO_TIME, "2030-01-01T00:00:00Z"), "PT10S", (wait(10_000),)),
    "date": Place(
        lambda m, _: m.catch("e", date="= x"), (*NO_TIME, "2030-01-01", "PT1S"), "2030-01-01T00:00:00Z", (wait(200),)
    ),
    "boundary_cycle": Place(
        partial(_boundary, interrupting=False, cycle="= x"), (*NO_TIME, "R/x", "PT1S"), "R2/PT10S", (wait(10_000), *DONE)
    ),
    "boundary_key": Place(partial(_boundary, message="m", correlation_key="= x"), KEY, "k", DONE),
    "boundary_message": Place(partial(_boundary, message="= x", correlation_key='= "k"'), NO_TEXT, "m", DONE),
    "boundary_signal": Place(partial(_boundary, signal="= x"), NO_TEXT, "EXPRESSED", DONE),
    "gateway_duration": Place(partial(_gateway, duration="= x"), NO_TIME, "PT10S", (wait(10_000),)),
    "gateway_key": Place(partial(_gateway, message="m", correlation_key="= x"), KEY, "k", (step("cancel", "PROCESS"),)),
    "gateway_signal": Place(partial(_gateway, signal="= x"), NO_TEXT, "EXPRESSED", (step("broadcast", name="EXPRESSED"),)),
    "scope_duration": Place(partial(_event_subprocess, duration="= x"), NO_TIME, "PT10S", WORK),
    "scope_cycle": Place(
        partial(_event_subprocess, interrupting=False, cycle="= x"), NO_TIME, "R1/PT10S", (wait(10_000), *WORK)
    ),
    "scope_key": Place(partial(_event_subprocess, message="m", correlation_key="= x"), KEY, "k", WORK),
    "scope_message": Place(partial(_event_subprocess, message="= x", correlation_key='= "k"'), NO_TEXT, "m", WORK),
    "scope_signal": Place(partial(_event_subprocess, signal="= x"), NO_TEXT, "EXPRESSED", WORK),
    "called_process": Place(lambda m, _: m.call_activity("e", "= x"), (*NO_TEXT, "lost"), "CHILD"),
    "called_decision": Place(
        lambda m, _: m.decision_task("e", "= x", result="r"), (*NO_TEXT, "lost"), None, (step("cancel", "PROCESS"),)
    ),
    "script": Place(lambda m, _: m.script_task("e", '= assert(x, x = 1, "no")', result="r"), (None, 2), 1),
    "collection": Place(
        lambda m, n: m.service_task("e", type=f"{n}_e", loop=Loop("= x", element="i")), (None, 5, "a", {"a": 1}), [1], DONE
    ),
    "collection_sequential": Place(
        lambda m, n: m.service_task("e", type=f"{n}_e", loop=Loop("= x", sequential=True)), (None, 5, "a"), [1], DONE
    ),
}
USER_TASKS: dict[str, tuple[dict[str, str], tuple[Any, ...], Any]] = {
    "assignee": ({"assignee": "= x"}, (None, "", 5, [1]), "ann"),
    "groups": ({"groups": "= x"}, (None, "a,b", 5, [1], [None], []), ["g"]),
    "users": ({"users": "= x"}, (None, "a", 5, ["a", 1]), ["u"]),
    "due": ({"due": "= x"}, (None, "", "tomorrow", "2030-01-01", 5), "2030-01-01T00:00:00Z"),
    "follow_up": ({"follow_up": "= x"}, (None, "", "tomorrow", 5, "2030-01-01T00:00:00"), "2030-01-01T00:00:00+02:00"),
    "form_id": ({"form_id": "= x"}, (None, 5, "lost"), None),
}


def _user_task(native: bool, given: dict[str, str], main: ProcessBuilder, _name: str) -> None:
    main.user_task("e", native=native, **given)


for _kind, (_given, _wrong, _right) in USER_TASKS.items():
    _finished = (step("user_task", "e", intent="COMPLETE", action="done"),)
    PLACES[f"native_{_kind}"] = Place(partial(_user_task, True, _given), _wrong, _right, _finished)
    PLACES[f"job_{_kind}"] = Place(partial(_user_task, False, _given), _wrong, _right, DONE)


DURATIONS = (
    *(
        "P1D",
        "P1Y2M3DT4H5M6.5S",
        "PT1.5H",
        "-PT1S",
        "P1H",
        "P",
        "PT",
        "P1W",
        "P1Y2W",
        "PT5S ",
        " PT5S",
        "pt5s",
        "P1M1D",
        "PT-5S",
        "P1.5D",
    ),
    *("PT1M1H", "+PT5S", "PT1,5S", "PT.5S", "", "5", "PT99999999999999999999S", "P0D"),
)
DATES = (
    *(
        "2042-01-01T00:00Z",
        "2042-01-01T00Z",
        "2042-01-01T00:00:00",
        "20420101T000000Z",
        "2042-W01-1T00:00:00Z",
        "2042-01-01 00:00:00Z",
    ),
    *(
        "2042-01-01T00:00:00+0100",
        "2042-01-01T00:00:00+01",
        "2042-13-01T00:00:00Z",
        "2042-01-01T24:00:00Z",
        "",
    ),
    *(
        "2042-01-01T00:00:00+01:00[Europe/Berlin]",
        "2042-01-01T00:00:00Z[Nowhere]",
        "2042-01-01T00:00:00.123456789Z",
        "2042-02-30T00:00:00Z",
    ),
    *(
        "2042-01-01T00:00:00[Europe/Berlin]",
        "2042-01-01T00:00:00.5Z",
        "2042-01-01T00:00:00Z[UTC]",
        "2042-07-01T00:00:00Z[Europe/Berlin]",
    ),
)
CYCLES = (
    *(
        "R/x",
        "R",
        "R/",
        "R2/PT5S/PT5S",
        "R/2042-01-01/PT5S",
        "Rx/PT5S",
        "R-1/PT5S",
        "R0/PT5S",
        "R1.5/PT5S",
        "r/PT5S",
        "R//PT5S",
        "",
    ),
    *(
        "R/2042-13-01T00:00:00Z/PT5S",
        "R/2042-01-01T00:00:00Z/PT5S",
        "* * * * *",
        "99 * * * * *",
        "0 0 0 32 * *",
        "@never",
        "@weekly",
        "R/PT5S ",
    ),
    *(
        "0 0 0 L-31 * *",
        "0 0 0 30 2 *",
        "R/P1M",
        "R5/P1Y",
        "0 0 9 ? * MON-FRI",
        "0 0 0 1W * ?",
        "abc",
        " 0 0 0 * * *",
        "0 0 0 * * 8",
        "R/PT5S/",
        "R///",
    ),
)


def _texts(trigger: str, texts: tuple[str, ...], name: str) -> Made:
    """Each text as it comes in a variable: what it means to a timer, or which incident."""
    main = process(name).start().service_task("e", type=f"{name}_e")
    main.boundary("b", "e", interrupting=False, **{trigger: "= x"}).end("e1").at("e").end()
    return [main], [create(name, x=text) for text in texts]


def _due_texts(name: str) -> Made:
    main = process(name).start().user_task("e", due="= x", follow_up="= x").end()
    return [main], [create(name, x=text) for text in DATES]


CASES["timer_durations_as_text"] = partial(_texts, "duration", DURATIONS)
CASES["timer_dates_as_text"] = partial(_texts, "date", DATES)
CASES["timer_cycles_as_text"] = partial(_texts, "cycle", CYCLES)
CRONS = (
    *(
        "0 0 0 1W * *",
        "0 0 0 15W * *",
        "0 0 0 31W * *",
        "0 0 0 LW * *",
        "0 0 0 L * *",
        "0 0 0 L-3 * *",
        "0 0 0 1,15 * *",
    ),
    *(
        "0 0 0 * * 5L",
        "0 0 0 * * 5#2",
        "0 0 0 * * MON#2",
        "0 0 0 * * 0-7",
        "0 0 0 15 * MON",
        "0 0 0 13 * FRI",
        "0 0 0 * * MONL",
    ),
    *(
        "0 5-50/5,3 * * * *",
        "0 0 0 1 JAN-DEC/2 *",
        "0 0 0 * * MON/2",
        "0 0/5 * * * *",
        "0 0 0 29 2 ?",
        "0 0 0 1/10 * *",
    ),
    *(
        "*/7 * * * * *",
        "0 0 12 ? * SUN",
        "0 0 12 ? * 0",
        "0 0 12 ? * 7",
        "0 0 12 * * FRI-MON",
        "59 59 23 31 12 *",
        "10 0 10 2 1 *",
    ),
    *(
        "@hourly",
        "@daily",
        "@weekly",
        "@monthly",
        "@yearly",
        "@annually",
        "@midnight",
        "0 0 0 * * 1,3,5",
        "0 0 0 29 2 MON",
        "0 0 9-17/2 * * MON-FRI",
    ),
)
CASES["timer_crons_as_text"] = partial(_texts, "cycle", CRONS)
CASES["due_dates_as_text"] = _due_texts


def _own(value: Any, name: str) -> Any:
    """A value or an argument in which the case's own names are put."""
    names = {"CHILD": f"{name}child", "EXPRESSED": f"{name}_go", "MESSAGE": f"{name}_m", "some": f"{name}_e"}
    return names.get(value, value) if isinstance(value, str) else value


def _instance(place: Place, wrong: Any, number: int, name: str) -> list[Step]:
    """An instance that fails, is resolved in vain, mended and goes on."""
    return [
        create(name, x=wrong),
        step("resolve", "e", 2 * number),
        step("set_variables", name, number, variables={"x": _own(place.right, name)}),
        step("resolve", "e", 2 * number + 1),
    ]


def _case(kind: str, name: str) -> Made:
    place = PLACES[kind]
    main = process(name).start()
    place.draw(main, name)
    main.task("after").end("last")
    child = process(f"{name}child").start("begin").end("finish")
    steps: list[Step] = []
    for number, wrong in enumerate(place.wrong):
        steps += _instance(place, wrong, number, name)
        for one in place.after:
            element = name if one.element == "PROCESS" else one.element
            nth = number if one.action in {"complete", "cancel", "user_task"} else 0
            steps.append(Step(one.action, element, nth, {key: _own(value, name) for key, value in one.arguments.items()}))
    return [main, child], [*steps, create(name, x=place.wrong[0]), step("cancel", name, len(place.wrong))]


for _place in PLACES:
    CASES[f"wrong_{_place}"] = partial(_case, _place)
