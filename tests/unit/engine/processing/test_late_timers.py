"""Timers that are due while their element is done and waits at an incident of its outputs; as observed on the real engine."""

from engine.processing import commands as c
from tests.bpmn_builder import ProcessBuilder, process
from tests.engine_rig import EngineRig

_FAILING = {"x": "= assert(y, y != null)"}


def _waiting_at_its_outputs(rig: EngineRig, process_id: str = "p") -> int:
    rig.deploy(_task_with_a_timer(process_id))
    key = rig.create(process_id)
    rig.complete_jobs("a")
    return key


def _task_with_a_timer(process_id: str) -> ProcessBuilder:
    main = process(process_id).start().service_task("a", outputs=_FAILING).boundary("bnd", "a", duration="PT10S")
    return main.end("late").at("a").end("done")


def refusals(rig: EngineRig) -> int:
    return sum(entry["rejectionType"] == "INVALID_STATE" for entry in rig.of("TIMER") if entry["recordType"] != "EVENT")


def test_a_timer_does_not_reach_an_element_that_is_done() -> None:
    rig = EngineRig()
    key = _waiting_at_its_outputs(rig)

    rig.advance(30)
    rig.do(c.SetVariables(key, {"y": 1}))
    rig.do(c.ResolveIncident(rig.incident()["key"]))

    assert refusals(rig) == 1
    assert [entry["intent"] for entry in rig.of("TIMER") if entry["recordType"] == "EVENT"] == ["CREATED", "CANCELED"]
    assert "late" not in rig.completed()
    assert rig.completed()[-2:] == ["done", "p"]


def test_a_refused_timer_is_asked_again_when_another_is_due() -> None:
    rig = EngineRig()
    _waiting_at_its_outputs(rig)
    rig.deploy(process("other").start().catch("c", duration="PT20S").end())
    rig.create("other")

    rig.advance(15)
    rig.advance(1)
    before = refusals(rig)
    rig.advance(10)
    rig.create("other")
    rig.advance(30)

    assert before == 1
    assert refusals(rig) == 3
    assert rig.completed()[-1] == "other"


def test_a_refused_timer_is_asked_once_more_after_a_restart() -> None:
    rig = EngineRig()
    _waiting_at_its_outputs(rig)
    rig.advance(15)

    rig.restart()
    rig.settle()
    rig.advance(60)

    assert refusals(rig) == 2


def test_a_refused_timer_whose_instance_is_cancelled_is_not_asked_any_more() -> None:
    rig = EngineRig()
    key = _waiting_at_its_outputs(rig)
    rig.advance(15)

    rig.do(c.CancelProcessInstance(key))
    rig.deploy(process("other").start().catch("c", duration="PT20S").end())
    rig.create("other")
    rig.advance(30)

    assert refusals(rig) == 1
    assert rig.completed()[-1] == "other"


def test_a_cancelled_element_closes_its_subscriptions_before_its_incident() -> None:
    rig = EngineRig()
    key = _waiting_at_its_outputs(rig)

    rig.do(c.CancelProcessInstance(key))

    closed = [entry["valueType"] for entry in rig.records if entry["intent"] in {"CANCELED", "RESOLVED"}]
    assert closed == ["TIMER", "INCIDENT"]


def test_a_cancelled_element_closes_the_incident_of_its_job_before_its_subscriptions() -> None:
    rig = EngineRig()
    rig.deploy(_task_with_a_timer("p"))
    key = rig.create("p")
    (job,) = rig.activate("a")
    rig.do(c.FailJob(job.key, 0, "failed"))

    rig.do(c.CancelProcessInstance(key))

    closed = [entry["valueType"] for entry in rig.records if entry["intent"] in {"CANCELED", "RESOLVED"}]
    assert closed == ["JOB", "INCIDENT", "TIMER"]
