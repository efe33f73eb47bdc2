"""Migration of subprocesses that wait for timers and signals: they keep them, whatever their new definition knows."""

import pytest

from engine.processing import commands as c
from tests.bpmn_builder import ProcessBuilder, process
from tests.engine_rig import EngineRig


def waiting(number: int, **start: str | bool) -> ProcessBuilder:
    main = process("p").start().subprocess("sub").start("s1").service_task("work", type=f"work{number}").end("e1")
    if start:
        main.event_subprocess("esp").start("es", **start).task(f"handle{number}").end("e2").done()
    return main.done().end()


def _key(answer: c.ResourceDeployed) -> int:
    deployed = answer.deployments[0]
    assert isinstance(deployed, c.DeployedProcess)
    return deployed.process_definition_key


def migrated(rig: EngineRig, key: int, newer: ProcessBuilder, **mapping: str) -> None:
    target = _key(rig.deploy(newer))
    rig.do(c.MigrateProcessInstance(key, target, {"sub": "sub", "work": "work", **mapping}))


def test_a_timer_its_new_definition_does_not_know_happens_to_nobody() -> None:
    rig = EngineRig()
    rig.deploy(waiting(1, duration="PT10S"))
    key = rig.create("p")

    migrated(rig, key, waiting(2))
    rig.advance(20)
    rig.complete_jobs("work1")

    assert rig.rejection()[0] == "PROCESSING_ERROR"
    assert "Expected to find a flow element with id 'es'" in rig.rejection()[1]
    assert [entry["intent"] for entry in rig.of("TIMER") if entry["recordType"] == "EVENT"] == ["CREATED", "CANCELED"]
    assert rig.completed()[-1] == "p"


def test_a_signal_its_new_definition_does_not_know_happens_to_the_others() -> None:
    rig = EngineRig()
    rig.deploy(waiting(1, signal="go"))
    key, other = rig.create("p"), rig.create("p")

    migrated(rig, key, waiting(2))
    rig.do(c.BroadcastSignal("go"))

    triggered = [entry["value"]["processInstanceKey"] for entry in rig.of("PROCESS_EVENT", "TRIGGERING")]
    assert triggered == [other]


def test_a_cycle_goes_on_naming_the_definition_it_began_with() -> None:
    rig = EngineRig()
    first = _key(rig.deploy(waiting(1, interrupting=False, cycle="R3/PT10S")))
    key = rig.create("p")

    migrated(rig, key, waiting(2, interrupting=False, signal="go"))
    rig.advance(10)

    assert [entry["value"]["processDefinitionKey"] for entry in rig.of("TIMER", "CREATED")] == [first, first]


@pytest.mark.parametrize("start", [{"duration": "PT10S"}, {"signal": "go"}, {"message": "m", "correlation_key": "= key"}])
def test_an_event_inside_a_subprocess_cannot_be_mapped(start: dict[str, str]) -> None:
    rig = EngineRig()
    rig.deploy(waiting(1, **start))
    key = rig.create("p", {"key": "k"})

    with pytest.raises(c.CommandRejected) as refused:
        migrated(rig, key, waiting(2, **start), es="es")

    assert refused.value.rejection_type == "INVALID_STATE"
    assert "Migrating active elements with mapped catch events is not possible yet." in refused.value.reason


def test_errors_inside_a_subprocess_may_be_mapped() -> None:
    rig = EngineRig()
    rig.deploy(waiting(1, error="*"))
    key = rig.create("p")

    migrated(rig, key, waiting(2, error="*"), es="es", esp="esp")

    assert "sub.MIGRATED" in rig.path("MIGRATED")
