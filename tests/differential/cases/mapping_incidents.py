"""What fails in a mapping, in each kind of element, on its way in and on its way out: the same incident, resolved alike.

Each case asks twice: the first instance is resolved in vain, mended and resolved; the second is cancelled with its incident.
"""

from collections.abc import Callable
from functools import partial

from tests.bpmn_builder import Loop, ProcessBuilder, process
from tests.differential.hard_cases import CASES, case, create, publish, step, wait
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]
type Draw = Callable[[ProcessBuilder, str, dict[str, dict[str, str]]], object]

NEEDED = "= assert(needed, needed != null)"
IN = {"inputs": {"taken": NEEDED}}
OUT = {"outputs": {"given": NEEDED}}


def _subprocess(main: ProcessBuilder, _name: str, mapped: dict[str, dict[str, str]]) -> None:
    main.subprocess("e", **mapped).start("s1").task("t1").end("e1").done()


def _event(main: ProcessBuilder, draw: Callable[[ProcessBuilder], object], mapped: dict[str, dict[str, str]]) -> None:
    draw(main)
    main.maps(**mapped)


def _link(main: ProcessBuilder, _name: str, mapped: dict[str, dict[str, str]]) -> None:
    _event(main, lambda drawn: drawn.throw("e", link="L"), mapped)
    main.apart().catch("there", link="L")


def _end(main: ProcessBuilder, mapped: dict[str, dict[str, str]], **trigger: str | bool) -> None:
    main.parallel("fork")
    _event(main, lambda drawn: drawn.end("e", **trigger), mapped)
    main.at("fork")


def _boundary(main: ProcessBuilder, name: str, mapped: dict[str, dict[str, str]]) -> None:
    main.service_task("host", type=f"{name}_host").end("e0")
    _event(main, lambda drawn: drawn.boundary("e", "host", signal=f"{name}_go"), mapped)


def _event_subprocess(main: ProcessBuilder, name: str, mapped: dict[str, dict[str, str]]) -> None:
    main.task("before").service_task("host", type=f"{name}_host").end("e0")
    main.event_subprocess("e", **mapped).start("es", interrupting=False, signal=f"{name}_go").end("e1").done()
    main.at("before")


def _event_subprocess_start(main: ProcessBuilder, name: str, mapped: dict[str, dict[str, str]]) -> None:
    main.task("before").service_task("host", type=f"{name}_host").end("e0").event_subprocess("esp")
    _event(main, lambda drawn: drawn.start("e", signal=f"{name}_go"), mapped)
    main.end("e1").done().at("before")


DRAWN: dict[str, tuple[Draw, tuple[Step, ...]]] = {
    "service_task": (lambda m, n, k: m.service_task("e", type=f"{n}_e", **k), (step("complete", "e", variables={"r": 1}),)),
    "send_task": (lambda m, n, k: m.send_task("e", type=f"{n}_e", **k), (step("complete", "e"),)),
    "script_task": (lambda m, _, k: m.script_task("e", "= 1 + 1", result="sum", **k), ()),
    "native_user_task": (
        lambda m, _, k: m.user_task("e", assignee="ann", **k),
        (step("user_task", "e", intent="COMPLETE", action="done", variables={"r": 1}),),
    ),
    "job_user_task": (lambda m, _, k: m.user_task("e", native=False, assignee="ann", **k), (step("complete", "e"),)),
    "receive_task": (lambda m, n, k: m.receive_task("e", f"{n}_m", **k), (publish("MESSAGE", "k", r=1),)),
    "subprocess": (_subprocess, ()),
    "call_activity": (lambda m, n, k: m.call_activity("e", f"{n}child", **k), ()),
    "timer_catch": (lambda m, _, k: _event(m, lambda d: d.catch("e", duration="PT10S"), k), (wait(10_000),)),
    "message_catch": (
        lambda m, n, k: _event(m, lambda d: d.catch("e", message=f"{n}_m", correlation_key="= key"), k),
        (publish("MESSAGE", "k", r=1),),
    ),
    "signal_catch": (
        lambda m, n, k: _event(m, lambda d: d.catch("e", signal=f"{n}_go"), k),
        (step("broadcast", name="SIGNAL"),),
    ),
    "throw_message": (
        lambda m, n, k: _event(m, lambda d: d.throw("e", message=f"{n}_x", job_type=f"{n}_e"), k),
        (step("complete", "e"),),
    ),
    "throw_signal": (lambda m, n, k: _event(m, lambda d: d.throw("e", signal=f"{n}_x"), k), ()),
    "throw_none": (lambda m, _, k: _event(m, lambda d: d.throw("e"), k), ()),
    "throw_escalation": (lambda m, _, k: _event(m, lambda d: d.throw("e", escalation="UP"), k), ()),
    "throw_link": (_link, ()),
    "throw_compensation": (lambda m, _, k: _event(m, lambda d: d.throw("e", compensate=True), k), ()),
    "end_none": (lambda m, _, k: _end(m, k), ()),
    "end_message": (lambda m, n, k: _end(m, k, message=f"{n}_x", job_type=f"{n}_e"), (step("complete", "e"),)),
    "end_signal": (lambda m, n, k: _end(m, k, signal=f"{n}_x"), ()),
    "end_escalation": (lambda m, _, k: _end(m, k, escalation="UP"), ()),
    "end_compensation": (lambda m, _, k: _end(m, k, compensate=True), ()),
    "end_error": (lambda m, _, k: _end(m, k, error="DOWN"), ()),
    "end_terminate": (lambda m, _, k: _end(m, k, terminate=True), ()),
    "parallel_turns": (
        lambda m, n, k: m.service_task("e", type=f"{n}_e", loop=Loop("= [1, 2]", element="i"), **k),
        (step("complete", "e", 0), step("complete", "e", 1)),
    ),
    "sequential_turns": (
        lambda m, n, k: m.service_task("e", type=f"{n}_e", loop=Loop("= [1, 2]", element="i", sequential=True), **k),
        (step("complete", "e", 0), step("complete", "e", 1)),
    ),
    "boundary_event": (_boundary, (step("broadcast", name="SIGNAL"),)),
    "event_subprocess": (_event_subprocess, (step("broadcast", name="SIGNAL"), step("complete", "host"))),
    "event_subprocess_start": (_event_subprocess_start, (step("broadcast", name="SIGNAL"),)),
}
# Their incident comes when their event does, or their work is done: steps that go before.
_LATE_IN = {"boundary_event", "event_subprocess", "event_subprocess_start"}


def _named(steps: tuple[Step, ...], name: str) -> list[Step]:
    """The steps with the messages and signals of their own case."""
    names = {"MESSAGE": f"{name}_m", "SIGNAL": f"{name}_go"}
    return [
        Step(one.action, one.element, one.nth, one.arguments | {"name": names[one.arguments["name"]]})
        if one.arguments.get("name") in names
        else one
        for one in steps
    ]


def _case(kind: str, mapped: dict[str, dict[str, str]], name: str) -> Made:
    draw, after = DRAWN[kind]
    main = process(name).start()
    draw(main, name, mapped)
    main.service_task("after", type=f"{name}_after").end("last")
    child = process(f"{name}child").start("begin").end("finish")
    before = "inputs" not in mapped or kind in _LATE_IN
    done = _named(after, name)
    resolved = [
        step("resolve", "e", 0),
        step("set_variables", name, 0, variables={"needed": 7}),
        step("resolve", "e", 1),
        *[step("resolve", "e", 2)] * (kind.endswith("turns")),
    ]
    return [main, child], [
        create(name, key="k"),
        *(done if before else []),
        *resolved,
        *([] if before else done),
        *done[1:],
        step("complete", "after"),
        create(name, key="k"),
        *(Step(one.action, one.element, one.nth + 1 + kind.endswith("turns"), one.arguments) for one in done[:1] if before),
        step("cancel", name, 1),
    ]


for _kind in DRAWN:
    CASES[f"input_mapping_fails_{_kind}"] = partial(_case, _kind, IN)
    CASES[f"output_mapping_fails_{_kind}"] = partial(_case, _kind, OUT)


@case
def mappings_after_one_that_fails(name: str) -> Made:
    """What the others notice belongs to the incident: a failing `assert` is null to them, and the evaluation goes on."""
    failing = {"n": NEEDED, "deep.a.b": "= result", "sum": "= n + 1", "more": '= [assert(1, false, "too")]'}
    main = process(name).start().service_task("e", type=f"{name}_e", inputs=failing).service_task("f", type=f"{name}_f")
    main.exclusive("choice").when("= assert(needed, false) and other").end("one").at("choice").otherwise().end("two")
    main.at("f").end()
    return [main], [
        create(name),
        step("set_variables", name, variables={"needed": 1}),
        step("resolve", "e"),
        create(name, needed=1, result=2),
    ]
