"""The order in which things happen, as it was observed on the real engine."""

import pytest

from engine.processing import commands as c
from tests.bpmn_builder import Loop, process
from tests.engine_rig import EngineRig


def steps(rig: EngineRig, first: int) -> list[str]:
    """Records from an index on, as `TYPE.INTENT` with the element where there is one."""
    names = {
        "PROCESS_INSTANCE": "",
        "PROCESS_MESSAGE_SUBSCRIPTION": "PMS:",
        "MESSAGE_SUBSCRIPTION": "MS:",
        "PROCESS_EVENT": "PE:",
    }
    found = []
    for entry in rig.records[first:]:
        value = entry["value"]
        what = value.get("elementId") or value.get("targetElementId") or value.get("name") or ""
        prefix = names.get(entry["valueType"], f"{entry['valueType']}:")
        found.append(f"{prefix}{what}.{entry['intent'].removeprefix('ELEMENT_')}")
    return found


def test_an_instance_starts_with_its_variables() -> None:
    rig = EngineRig()
    rig.deploy(process("p").start("s").service_task("a").end())
    before = len(rig.records)

    rig.create("p", {"n": 1})

    assert steps(rig, before) == [
        "VARIABLE:n.CREATED",
        "PROCESS_INSTANCE_CREATION:.CREATED",
        "p.ACTIVATING", "p.ACTIVATED",
        "s.ACTIVATING", "s.ACTIVATED", "s.COMPLETING", "s.COMPLETED",
        "s_to_a.SEQUENCE_FLOW_TAKEN",
        "a.ACTIVATING", "JOB:a.CREATED", "a.ACTIVATED",
    ]  # fmt: skip


def test_a_completed_job_gives_its_variables_before_the_element_is_completed() -> None:
    rig = EngineRig()
    rig.deploy(process("p").start("s").service_task("a").end("e"))
    rig.create("p")
    (job,) = rig.activate("a")
    before = len(rig.records)

    rig.do(c.CompleteJob(job.key, {"x": 1}))

    assert steps(rig, before) == [
        "JOB:a.COMPLETED", "PE:a.TRIGGERING",
        "a.COMPLETING", "PE:a.TRIGGERED", "VARIABLE:x.CREATED", "a.COMPLETED", "a_to_e.SEQUENCE_FLOW_TAKEN",
        "e.ACTIVATING", "e.ACTIVATED", "e.COMPLETING", "e.COMPLETED",
        "p.COMPLETING", "p.COMPLETED",
    ]  # fmt: skip


def test_a_fork_takes_its_flows_last_written_first_and_goes_on_breadth_first() -> None:
    rig = EngineRig()
    rig.deploy(process("p").start("s").parallel("f").task("a").end("ea").at("f").task("b").end("eb"))

    rig.create("p")

    activated = [entry for entry in rig.path("ACTIVATED", "SEQUENCE_FLOW_TAKEN") if entry[0] in "abf"]
    assert activated == [
        "f.ACTIVATED", "f_to_b.SEQUENCE_FLOW_TAKEN", "f_to_a.SEQUENCE_FLOW_TAKEN",
        "b.ACTIVATED", "a.ACTIVATED", "b_to_eb.SEQUENCE_FLOW_TAKEN", "a_to_ea.SEQUENCE_FLOW_TAKEN",
    ]  # fmt: skip


def test_an_exclusive_gateway_takes_the_last_written_flow_that_is_true() -> None:
    rig = EngineRig()
    rig.deploy(process("p").start().exclusive("x").when("=true").end("first").at("x").when("=true").end("second"))

    rig.create("p")

    assert "second" in rig.completed()
    assert "first" not in rig.completed()


def test_a_join_refuses_each_token_but_the_last() -> None:
    rig = EngineRig()
    rig.deploy(process("p").start().parallel("f").task("a").parallel("j").end().at("f").task("b").to("j"))

    rig.create("p")

    assert rig.rejection() == (
        "INVALID_STATE",
        "Expected to be able to activate parallel gateway 'j', but not all sequence flows have been taken.",
    )
    assert rig.completed().count("j") == 1


def test_an_interrupting_boundary_event_starts_when_its_host_has_ended() -> None:
    rig = EngineRig()
    rig.deploy(process("p").start().service_task("a").end("e").boundary("b", "a", duration="PT10S").end("late"))
    rig.create("p")
    before = len(rig.records)

    rig.advance(11)

    assert steps(rig, before)[:9] == [
        "TIMER:b.TRIGGERED", "PE:b.TRIGGERING",
        "a.TERMINATING", "JOB:a.CANCELED", "a.TERMINATED",
        "PE:b.TRIGGERED", "b.ACTIVATING", "b.ACTIVATED", "b.COMPLETING",
    ]  # fmt: skip


def test_cancelling_ends_the_oldest_child_first() -> None:
    rig = EngineRig()
    rig.deploy(process("p").start().parallel("f").service_task("a").end("ea").at("f").service_task("b").end("eb"))
    key = rig.create("p")

    rig.do(c.CancelProcessInstance(key))

    assert rig.path("TERMINATING", "TERMINATED") == [
        "p.TERMINATING", "b.TERMINATING", "b.TERMINATED", "a.TERMINATING", "a.TERMINATED", "p.TERMINATED",
    ]  # fmt: skip


def test_inner_instances_of_a_body_get_item_result_and_number() -> None:
    rig = EngineRig()
    rig.deploy(process("p").start().service_task("a", loop=Loop("=items", "item", "out", "=r")).end())

    rig.create("p", {"items": ["x", "y"]})

    inner = rig.key_of("a")
    assert rig.variables(inner) == {"item": "y", "r": None, "loopCounter": 2}
    assert rig.of("MULTI_INSTANCE")[0]["value"] == {"inputCollection": ['"x"', '"y"']}


def test_results_of_a_body_keep_the_order_of_its_items() -> None:
    rig = EngineRig()
    rig.deploy(process("p").start().service_task("a", loop=Loop("=items", "item", "out", "=r")).end())
    key = rig.create("p", {"items": [1, 2]})
    first, second = rig.activate("a")

    rig.do(c.CompleteJob(second.key, {"r": "second"}))
    rig.do(c.CompleteJob(first.key, {"r": "first"}))

    assert rig.variables(key)["out"] == ["first", "second"]


def test_variables_of_an_error_stay_with_the_event_that_caught_it() -> None:
    rig = EngineRig()
    rig.deploy(process("p").start().service_task("a").end().boundary("b", "a", error="BAD").end("caught"))
    key = rig.create("p")

    rig.do(c.ThrowError(rig.activate("a")[0].key, "BAD", variables={"reason": 1}))

    assert rig.variables(rig.key_of("b")) == {"reason": 1}
    assert "reason" not in rig.variables(key)


def test_one_message_reaches_one_instance_of_each_process() -> None:
    rig = EngineRig()
    for process_id in ("p", "q"):
        rig.deploy(process(process_id).start().catch("c", message="go", correlation_key="=k").end())
        rig.create(process_id, {"k": "1"})
        rig.create(process_id, {"k": "1"})

    rig.publish("go", "1")

    assert rig.completed().count("c") == 2


def test_a_message_start_with_a_key_waits_for_the_instance_before() -> None:
    rig = EngineRig()
    rig.deploy(process("p").start(message="begin").service_task("a").end())
    rig.publish("begin", "k", {"n": 1}, ttl=60_000)

    rig.publish("begin", "k", {"n": 2}, ttl=60_000)
    (job,) = rig.activate("a")
    rig.do(c.CompleteJob(job.key))

    assert [job.variables for job in rig.activate("a")] == ['{"n":2}']


def test_a_message_id_is_taken_while_its_message_is_buffered() -> None:
    rig = EngineRig()
    rig.publish("m", "k", ttl=1_000, message_id="one")

    with pytest.raises(c.CommandRejected, match="a message with that id was already published"):
        rig.publish("m", "k", ttl=1_000, message_id="one")
    rig.advance(2)
    rig.publish("m", "k", ttl=1_000, message_id="one")

    assert len(rig.of("MESSAGE", "PUBLISHED")) == 2


def test_a_terminate_end_event_stops_tokens_that_are_on_their_way() -> None:
    rig = EngineRig()
    rig.deploy(process("p").start().parallel("f").service_task("a").end("ea").at("f").end("stop", terminate=True))

    rig.create("p")

    assert rig.rejection()[1].endswith("was interrupted by an event with id 'stop'.")
    assert rig.completed()[-1] == "p"
    assert rig.of("JOB") == []


def test_a_start_timer_s_date_is_told_by_the_engine_s_clock() -> None:
    rig = EngineRig()

    rig.deploy(process("p").start(date='=now() + duration("PT15S")').end())

    assert rig.of("TIMER", "CREATED")[0]["value"]["dueDate"] == rig.now + 15_000


def test_a_migration_waits_for_tokens_at_a_parallel_gateway() -> None:
    rig = EngineRig()
    rig.deploy(process("p").start().parallel("f").service_task("a").parallel("j").end().at("f").task("t").to("j"))
    key = rig.create("p")
    (second,) = rig.deploy(process("q").start().service_task("a").end()).deployments

    with pytest.raises(c.CommandRejected, match="a concurrent command was executed"):
        rig.do(c.MigrateProcessInstance(key, second.process_definition_key, {"a": "a"}))
