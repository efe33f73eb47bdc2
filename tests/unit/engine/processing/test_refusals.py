"""What the engine refuses, in Zeebe's words, and that nothing of it takes effect."""

import pytest

from engine.processing import commands as c
from tests.bpmn_builder import process
from tests.engine_rig import EngineRig

NO_JOB = "but no such job was found"


@pytest.mark.parametrize(
    ("command", "rejection", "reason"),
    [
        (c.CompleteJob(77), "NOT_FOUND", f"Expected to complete job with key '77', {NO_JOB}"),
        (c.FailJob(77, 1), "NOT_FOUND", f"Expected to fail job with key '77', {NO_JOB}"),
        (c.ThrowError(77, "X"), "NOT_FOUND", f"Expected to throw an error for job with key '77', {NO_JOB}"),
        (c.UpdateJobRetries(77, 1), "NOT_FOUND", f"Expected to update retries for job with key '77', {NO_JOB}"),
        (c.UpdateJobTimeout(77, 1), "NOT_FOUND", f"Expected to update job deadline with key '77', {NO_JOB}"),
        (
            c.CancelProcessInstance(77),
            "NOT_FOUND",
            "Expected to cancel a process instance with key '77', but no such process was found",
        ),
        (c.ResolveIncident(77), "NOT_FOUND", "Expected to resolve incident with key '77', but no such incident was found"),
        (
            c.SetVariables(77, {}),
            "NOT_FOUND",
            "Expected to update variables for element with key '77', but no such element was found",
        ),
        (c.CompleteUserTask(77), "NOT_FOUND", "Expected to complete user task with key '77', but no such user task was found"),
        (
            c.CreateProcessInstance("nope"),
            "NOT_FOUND",
            "Expected to find process definition with process ID 'nope', but none found",
        ),
        (
            c.CreateProcessInstance("nope", version=7),
            "NOT_FOUND",
            "Expected to find process definition with process ID 'nope' and version '7', but none found",
        ),
        (
            c.CreateProcessInstance(process_definition_key=7),
            "NOT_FOUND",
            "Expected to find process definition with key '7', but none found",
        ),
        (c.EvaluateDecision("n"), "INVALID_ARGUMENT", "Expected to evaluate decision 'n', but no decision found for id 'n'"),
        (
            c.EvaluateDecision(decision_key=5),
            "INVALID_ARGUMENT",
            "Expected to evaluate decision '5', but no decision found for key '5'",
        ),
        (
            c.EvaluateDecision("n", decision_key=5),
            "INVALID_ARGUMENT",
            "Expected to evaluate decision 'n', but no decision found for id 'n'",
        ),
        (
            c.EvaluateDecision(decision_key=-1),
            "INVALID_ARGUMENT",
            "Expected either a decision id or a valid decision key, but none provided",
        ),
        (
            c.CreateProcessInstance(process_definition_key=-5),
            "INVALID_ARGUMENT",
            "Expected at least a bpmnProcessId or a key greater than -1, but none given",
        ),
        (
            c.ActivateJobs("", "w", 1, 1),
            "INVALID_ARGUMENT",
            "Expected to activate job batch with type to be present, but it was blank",
        ),
        (
            c.ActivateJobs("x", "w", 0, 1),
            "INVALID_ARGUMENT",
            "Expected to activate job batch with timeout to be greater than zero, but it was '0'",
        ),
        (
            c.ActivateJobs("x", "w", 1, 0),
            "INVALID_ARGUMENT",
            "Expected to activate job batch with max jobs to activate to be greater than zero, but it was '0'",
        ),
        (c.DeployResource(()), "INVALID_ARGUMENT", "Expected to deploy at least one resource, but none given"),
        (c.DeleteResource(77), "NOT_FOUND", "Expected to delete resource but no resource found with key `77`"),
        (
            c.ModifyProcessInstance(77),
            "NOT_FOUND",
            "Expected to modify process instance but no process instance found with key '77'",
        ),
        (
            c.MigrateProcessInstance(77, 1),
            "NOT_FOUND",
            "Expected to migrate process instance but no process instance found with key '77'",
        ),
    ],
)
def test_what_is_not_there_is_refused(command: c.Command, rejection: str, reason: str) -> None:
    rig = EngineRig()

    with pytest.raises(c.CommandRejected) as refused:
        rig.do(command)

    assert (str(refused.value.rejection_type), refused.value.reason) == (rejection, reason)
    assert rig.rejection() == (rejection, reason)
    assert [entry for entry in rig.records if entry["recordType"] == "EVENT"] == []


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ((("a.txt", b"x"),), "'a.txt': unknown resource type"),
        ((("a.form", b'{"a": 1}'),), "Expected the form id to be present, but none given"),
        ((("a.form", b'{"id": " "}'),), "Expected the form id to be filled, but it is blank"),
        ((("a.form", b"[]"),), "'a.form': a form is a JSON object"),
        ((("a.form", b"{"),), "'a.form'"),
        ((("a.bpmn", b"<x/>"),), "'a.bpmn'"),
        ((("a.dmn", b"<x/>"),), "'a.dmn'"),
        (
            (("a.bpmn", process("p").start().end().xml()), ("b.bpmn", process("p").start().end().xml())),
            "Duplicated process id in resources 'a.bpmn' and 'b.bpmn'",
        ),
    ],
)
def test_a_wrong_file_is_refused_and_with_it_all_others(files: tuple[tuple[str, bytes], ...], reason: str) -> None:
    rig = EngineRig()
    good = ("good.bpmn", process("good").start().end().xml())

    with pytest.raises(c.CommandRejected) as refused:
        rig.deploy_files(good, *files)

    assert reason in refused.value.reason
    assert rig.of("PROCESS") == []


def test_a_file_deployed_twice_gives_no_new_version() -> None:
    rig = EngineRig()
    first = rig.deploy(process("p").start().end())

    second = rig.deploy(process("p").start().end())
    third = rig.deploy(process("p").start("s").end())

    assert second.deployments == first.deployments
    assert [entry.version for entry in third.deployments] == [2]  # type: ignore[union-attr]


def test_a_job_that_waits_at_an_incident_takes_no_command_but_retries() -> None:
    rig = EngineRig()
    rig.deploy(process("p").start().service_task("a").end())
    rig.create("p")
    (job,) = rig.activate("a")
    rig.do(c.FailJob(job.key, 0))

    for command in (c.CompleteJob(job.key), c.FailJob(job.key, 1), c.ThrowError(job.key, "X")):
        with pytest.raises(c.CommandRejected, match="but it is in state 'FAILED'"):
            rig.do(command)
    with pytest.raises(c.CommandRejected, match="with a positive amount of retries, but the amount given was '0'"):
        rig.do(c.UpdateJobRetries(job.key, 0))
    assert rig.incident()["value"]["errorMessage"] == "No more retries left."


def test_an_incident_of_a_job_without_retries_is_answered_as_not_found_and_recorded_as_an_invalid_state() -> None:
    rig = EngineRig()
    rig.deploy(process("p").start().service_task("a").end())
    rig.create("p")
    (job,) = rig.activate("a")
    rig.do(c.FailJob(job.key, 0))

    with pytest.raises(c.CommandRejected, match=f"job with key '{job.key}' has no retries left") as refused:
        rig.do(c.ResolveIncident(rig.incident()["key"]))

    assert refused.value.rejection_type == c.RejectionType.NOT_FOUND
    assert rig.rejection() == ("INVALID_STATE", refused.value.reason)


def test_a_called_instance_is_cancelled_with_its_caller_only() -> None:
    rig = EngineRig()
    rig.deploy(process("child").start().service_task("a").end())
    rig.deploy(process("p").start().call_activity("call", "child").end())
    root = rig.create("p")

    with pytest.raises(c.CommandRejected, match=f"Cancel the root process instance '{root}' instead"):
        rig.do(c.CancelProcessInstance(rig.key_of("child")))


def test_a_called_process_that_is_missing_is_an_incident_until_it_is_deployed() -> None:
    rig = EngineRig()
    rig.deploy(process("p").start().call_activity("call", "child").end())
    rig.create("p")
    incident = rig.incident()

    rig.deploy(process("child").start().end())
    rig.do(c.ResolveIncident(incident["key"]))

    assert incident["value"]["errorType"] == "CALLED_ELEMENT_ERROR"
    assert rig.completed()[-1] == "p"


def test_an_error_nobody_catches_is_an_incident_that_names_who_might() -> None:
    rig = EngineRig()
    rig.deploy(process("p").start().service_task("a").end().boundary("b", "a", error="KNOWN").end("e2"))
    rig.create("p")

    rig.do(c.ThrowError(rig.activate("a")[0].key, "OTHER", "oh"))

    assert rig.incident()["value"]["errorMessage"] == (
        "Expected to throw an error event with the code 'OTHER' with message 'oh', but it was not caught. "
        "Available error events are [KNOWN]"
    )


@pytest.mark.parametrize(
    ("timer", "value", "message"),
    [
        ("duration", "x", "Invalid duration format 'x' for expression 'd'."),
        ("duration", 5, "Expected result of the expression 'd' to be one of '[DURATION, PERIOD, STRING]', but was 'NUMBER'."),
        ("date", "2020-01-01", "Invalid date-time format '2020-01-01' for expression 'd'."),
        ("date", None, "Expected result of the expression 'd' to be one of '[DATE_TIME, STRING]', but was 'NULL'."),
    ],
)
def test_a_timer_without_a_moment_is_an_incident(timer: str, value: object, message: str) -> None:
    rig = EngineRig()
    rig.deploy(process("p").start().catch("c", **{timer: "=d"}).end())

    rig.create("p", {"d": value})

    assert (rig.incident()["value"]["errorType"], rig.incident()["value"]["errorMessage"]) == ("EXTRACT_VALUE_ERROR", message)
