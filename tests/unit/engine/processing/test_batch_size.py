"""Variables whose records do not fit into Zeebe's batch of 4 MB are refused, and leave nothing behind."""

from collections.abc import Callable

import pytest

from engine.processing import commands as c
from tests.bpmn_builder import process
from tests.engine_rig import EngineRig

HALF = {"text": "x" * 2_095_000}
MORE_THAN_HALF = {"text": "x" * 2_098_000}


def waiting() -> EngineRig:
    """An instance with a job and a native user task, and a message that it waits for."""
    rig = EngineRig()
    main = process("p").start().parallel("fork").service_task("a").boundary("caught", "a", error="CAUGHT").end("e1").at("a")
    main.end("e2").at("fork").user_task("t").end("e3").at("fork").receive_task("r", "m", correlation_key="= 1").end("e4")
    rig.deploy(main)
    rig.create("p")
    return rig


def job_key(rig: EngineRig) -> int:
    return int(rig.of("JOB", "CREATED")[0]["key"])


COMMANDS: dict[str, Callable[[EngineRig, dict[str, str]], c.Command]] = {
    "create": lambda _, given: c.CreateProcessInstance("p", variables=given),
    "complete": lambda rig, given: c.CompleteJob(job_key(rig), given),
    "fail": lambda rig, given: c.FailJob(job_key(rig), 1, "", 0, given),
    "throw to a catcher": lambda rig, given: c.ThrowError(job_key(rig), "CAUGHT", "", given),
    "set": lambda rig, given: c.SetVariables(rig.key_of("a"), given),
    "publish to nobody": lambda _, given: c.PublishMessage("nobody", "", 0, "", given),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_variables_of_half_a_batch_are_taken_and_more_are_not(name) -> None:
    rig = waiting()
    before = len(rig.records)

    with pytest.raises(c.CommandRejected) as refused:
        rig.do(COMMANDS[name](rig, MORE_THAN_HALF))

    assert (refused.value.rejection_type, refused.value.reason) == ("EXCEEDED_BATCH_RECORD_SIZE", "")
    assert [record["recordType"] for record in rig.records[before:]] == ["COMMAND_REJECTION"]
    rig.do(COMMANDS[name](rig, HALF))


def test_a_user_tasks_completion_repeats_its_variables_three_times() -> None:
    rig = waiting()
    key = rig.of("USER_TASK", "CREATED")[0]["key"]

    with pytest.raises(c.CommandRejected, match="EXCEEDED_BATCH_RECORD_SIZE"):
        rig.do(c.CompleteUserTask(key, {"text": "x" * 1_399_000}))

    rig.do(c.CompleteUserTask(key, {"text": "x" * 1_396_000}))


def test_a_message_repeats_its_variables_for_who_waits() -> None:
    rig = waiting()

    with pytest.raises(c.CommandRejected, match="EXCEEDED_BATCH_RECORD_SIZE"):
        rig.publish("m", "1", {"text": "x" * 1_050_000})

    rig.publish("m", "1", {"text": "x" * 1_047_000})


@pytest.mark.parametrize(("processes", "fits", "is_refused"), [(1, 1_047_000, 1_050_000), (2, 697_000, 700_000)])
def test_a_message_repeats_its_variables_for_each_process_it_starts(processes: int, fits: int, is_refused: int) -> None:
    rig = EngineRig()
    for number in range(processes):
        rig.deploy(process(f"p{number}").start(message="begin").service_task("a").end())

    with pytest.raises(c.CommandRejected, match="EXCEEDED_BATCH_RECORD_SIZE"):
        rig.publish("begin", "k", {"text": "x" * is_refused})
    rig.publish("begin", "k", {"text": "x" * fits})

    # Those that run let no other of their key begin.
    rig.publish("begin", "k", {"text": "x" * 2_095_000})
    assert len(rig.of("JOB", "CREATED")) == processes


@pytest.mark.parametrize(
    ("waiting_for_it", "fits", "is_refused"), [(0, 4_100_000, 4_200_000), (1, 2_093_000, 2_098_000), (99, 41_000, 42_000)]
)
def test_a_signal_repeats_its_variables_for_each_that_waits(waiting_for_it: int, fits: int, is_refused: int) -> None:
    rig = EngineRig()
    rig.deploy(process("p").start().catch("c", signal="go").end())
    for _ in range(waiting_for_it):
        rig.create("p")

    with pytest.raises(c.CommandRejected, match="EXCEEDED_BATCH_RECORD_SIZE"):
        rig.broadcast("go", {"text": "x" * is_refused})
    rig.broadcast("go", {"text": "x" * fits})

    assert rig.completed().count("p") == waiting_for_it


def test_a_signal_repeats_its_variables_for_each_process_it_starts() -> None:
    rig = EngineRig()
    for number in range(2):
        rig.deploy(process(f"p{number}").start(signal="go").end())

    with pytest.raises(c.CommandRejected, match="EXCEEDED_BATCH_RECORD_SIZE"):
        rig.broadcast("go", {"text": "x" * 1_400_000})
    rig.broadcast("go", {"text": "x" * 1_397_000})

    assert len(rig.of("PROCESS_INSTANCE", "ELEMENT_COMPLETED")) == 6


def test_many_small_variables_have_a_record_each() -> None:
    rig = waiting()

    with pytest.raises(c.CommandRejected, match="EXCEEDED_BATCH_RECORD_SIZE"):
        rig.create("p", {f"v{number:05}": number for number in range(20_000)})

    rig.create("p", {f"v{number:05}": number for number in range(15_000)})


def test_a_modification_of_too_much_is_refused_in_words_of_its_own() -> None:
    rig = waiting()
    given = (c.VariableInstruction(dict(MORE_THAN_HALF), ""),)
    instance_key = rig.key_of("p")

    with pytest.raises(c.CommandRejected, match="exceeds the maximum batch size") as refused:
        rig.do(c.ModifyProcessInstance(instance_key, (c.ActivateInstruction("a", -1, given),), ()))

    assert refused.value.rejection_type is c.RejectionType.INVALID_ARGUMENT


def test_inputs_that_do_not_fit_stop_the_element_until_they_do() -> None:
    rig = EngineRig()
    rig.deploy(process("p").start().service_task("a").service_task("b", inputs={"copy": "= [text, text, text]"}).end())
    key = rig.create("p")

    rig.do(c.CompleteJob(job_key(rig), {"text": "x" * 1_500_000}))
    incident = rig.incident()
    rig.do(c.SetVariables(key, {"text": "x" * 1_390_000}))
    rig.do(c.ResolveIncident(incident["key"]))

    assert (incident["value"]["elementId"], incident["value"]["errorType"]) == ("b", "MESSAGE_SIZE_EXCEEDED")
    assert incident["value"]["errorMessage"].startswith("Expected to process element 'b', but exceeded MAX_MESSAGE_SIZE")
    assert rig.of("JOB", "CREATED")[-1]["value"]["elementId"] == "b"
