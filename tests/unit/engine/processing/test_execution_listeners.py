"""Execution listeners of service tasks: whose jobs they are, when they come, and where their variables go."""

from engine.processing import commands as c
from tests.bpmn_builder import ProcessBuilder, process
from tests.engine_rig import EngineRig


def listened() -> ProcessBuilder:
    main = process("p").start("s").service_task("a", headers={"kind": "x"}, inputs={"local": "= 1"})
    return main.listens("start", "before").listens("start", "before_too", retries="= 7").listens("end", "after")


def test_listeners_are_done_one_after_the_other_around_the_tasks_own_job() -> None:
    rig = EngineRig(restarts=True)
    rig.deploy(listened().end("e"))
    rig.create("p")

    done = [rig.complete_jobs(job_type) for job_type in ("a", "before", "a", "before_too", "after", "a", "after")]

    assert done == [0, 1, 0, 1, 0, 1, 1]
    assert [entry["value"]["jobKind"] for entry in rig.of("JOB", "CREATED")] == [
        *("EXECUTION_LISTENER", "EXECUTION_LISTENER", "BPMN_ELEMENT", "EXECUTION_LISTENER")
    ]
    assert rig.completed() == ["s", "a", "e", "p"]


def test_a_listeners_job_has_retries_of_its_own_and_no_headers() -> None:
    rig = EngineRig()
    rig.deploy(listened().end())
    rig.create("p")
    rig.complete_jobs("before")

    (job,) = rig.activate("before_too")

    assert (job.retries, job.custom_headers, job.variables) == (7, {}, '{"local":1}')


def test_a_start_listener_gives_to_the_task_and_an_end_listener_to_the_scope_around_it() -> None:
    rig = EngineRig(restarts=True)
    rig.deploy(process("p").start().service_task("a").listens("start", "before").listens("end", "after").end())
    process_key = rig.create("p", {"n": 0})

    rig.complete_jobs("before", {"n": 1})
    rig.complete_jobs("a", {"n": 2})
    rig.complete_jobs("after", {"n": 3})

    written = [(entry["value"]["scopeKey"], entry["value"]["value"]) for entry in rig.of("VARIABLE")]
    task_key = rig.key_of("a")
    assert written == [(process_key, "0"), (task_key, "1"), (task_key, "2"), (process_key, "3")]


def test_listeners_begin_anew_when_what_comes_after_them_is_tried_again() -> None:
    rig = EngineRig(restarts=True)
    rig.deploy(process("p").start().service_task("a", type="= kind").listens("start", "before").end())
    process_key = rig.create("p")
    rig.complete_jobs("before")
    rig.do(c.SetVariables(process_key, {"kind": "work"}))

    rig.do(c.ResolveIncident(rig.incident()["key"]))

    assert rig.complete_jobs("work") == 0
    assert rig.complete_jobs("before") == 1
    assert rig.complete_jobs("work") == 1


def test_an_error_that_a_listener_throws_is_caught_by_nobody() -> None:
    rig = EngineRig()
    rig.deploy(process("p").start().service_task("a").listens("start", "before").boundary("b", "a", error="E").end())
    rig.create("p")
    (job,) = rig.activate("before")

    rig.do(c.ThrowError(job.key, "E", ""))

    assert rig.incident()["value"]["errorType"] == "UNHANDLED_ERROR_EVENT"
    assert "No error events are available" in rig.incident()["value"]["errorMessage"]


def test_a_listeners_job_that_comes_after_an_incident_is_withdrawn_with_its_task() -> None:
    rig = EngineRig(restarts=True)
    rig.deploy(process("p").start().service_task("a", outputs={"x": "= assert(y, y != null)"}).listens("end", "after").end())
    process_key = rig.create("p")
    rig.complete_jobs("a")
    rig.do(c.SetVariables(process_key, {"y": 1}))
    rig.do(c.ResolveIncident(rig.incident()["key"]))

    rig.do(c.CancelProcessInstance(process_key))

    assert [entry["value"]["type"] for entry in rig.of("JOB", "CANCELED")] == ["after"]
    assert rig.stored_rows == 0
