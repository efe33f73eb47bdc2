"""When compensation subscriptions end, and events that find nothing to undo, as it was observed on the real engine."""

from engine.processing import commands as c
from tests.bpmn_builder import process
from tests.engine_rig import EngineRig


def told(rig: EngineRig, first: int) -> list[str]:
    """Compensation subscriptions and element instances from an index on, where they begin to end."""
    found = []
    for entry in rig.records[first:]:
        value = entry["value"]
        if entry["valueType"] == "COMPENSATION_SUBSCRIPTION":
            found.append(f"{value['compensableActivityId']}.{entry['intent']}")
        elif entry["intent"] == "ELEMENT_TERMINATING":
            found.append(f"{value['elementId']}.TERMINATING")
    return found


def test_a_cancelled_process_forgets_compensation_before_its_children_end() -> None:
    rig = EngineRig()
    sub = process("p").start().subprocess("sub").start("s").service_task("a").compensated_by("cb", "undo").service_task("b")
    rig.deploy(sub.end("e").done().end())
    key = rig.create("p")
    rig.complete_jobs("a")
    before = len(rig.records)

    rig.do(c.CancelProcessInstance(key))

    assert told(rig, before) == ["p.TERMINATING", "a.DELETED", "sub.TERMINATING", "b.TERMINATING"]


def test_an_interrupted_subprocess_forgets_what_was_done_in_subprocesses_inside() -> None:
    rig = EngineRig()
    inner = process("p").start().subprocess("out").start("s1").subprocess("in").start("s2").service_task("a")
    outer = inner.compensated_by("cb", "undo").end("e2").done().service_task("b").end("e1").done().end()
    rig.deploy(outer.boundary("stop", "out", signal="stop").end("stopped"))
    rig.create("p")
    rig.complete_jobs("a")
    before = len(rig.records)

    rig.do(c.BroadcastSignal("stop"))

    assert told(rig, before) == ["out.TERMINATING", "in.DELETED", "a.DELETED", "b.TERMINATING"]


def test_a_compensation_event_with_nothing_to_undo_is_done_at_once() -> None:
    rig = EngineRig()
    thrown = process("p").start().throw("undo_all", compensate=True).service_task("a").end()
    rig.deploy(thrown.event_subprocess("event").start("on_message", message="m", correlation_key="=key").end("e").done())

    rig.create("p", {"key": "k"})

    events = [
        (entry["value"]["elementId"], entry["intent"])
        for entry in rig.records
        if entry["recordType"] == "EVENT" and entry["value"].get("elementId") in {"undo_all", "on_message"}
    ]
    assert events.index(("undo_all", "ELEMENT_COMPLETED")) < events.index(("on_message", "CREATED"))
