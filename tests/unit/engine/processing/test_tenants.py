"""Tenants: what is deployed, started, published and waited for is one tenant's, and no other's, whatever it is called."""

import msgspec
import pytest

from engine.processing import commands as c
from engine.processing.ports import Store
from engine.state.memory import MemoryStore
from engine.state.verify import verify
from tests.bpmn_builder import ProcessBuilder, process
from tests.engine_rig import EngineRig
from tests.engine_scenarios import DECISION


def rigs(*tenant_ids: str, restarts: bool = False) -> list[EngineRig]:
    """A rig a tenant, over one store; used one after the other."""
    store = MemoryStore()
    return [EngineRig(store, restarts=restarts, tenant_id=tenant_id) for tenant_id in tenant_ids]


def act(rig: EngineRig) -> EngineRig:
    """What the others did is in the store; go on from there."""
    rig.restart()
    return rig


def one_job() -> ProcessBuilder:
    return process("p").start().service_task("work").end()


def test_versions_are_counted_for_each_tenant() -> None:
    acme, globex = rigs("acme", "globex")
    acme.deploy(one_job())
    acme.deploy(process("p").start().service_task("other").end())

    answer = act(globex).deploy(one_job())

    (deployed,) = answer.deployments
    assert (deployed.version, deployed.tenant_id, answer.tenant_id) == (1, "globex", "globex")
    assert act(acme).deploy(process("p").start().end()).deployments[0].version == 3


def test_a_file_another_tenant_has_is_new_to_this_one_and_known_the_second_time() -> None:
    acme, globex = rigs("acme", "globex")
    acme.deploy(one_job())
    first = act(globex).deploy(one_job()).deployments

    again = globex.deploy(one_job()).deployments

    assert again == first
    assert [entry["value"]["tenantId"] for entry in globex.of("PROCESS", "CREATED")] == ["acme", "globex"]


def test_a_process_of_another_tenant_is_not_found_by_id_version_or_key() -> None:
    acme, globex = rigs("acme", "globex")
    (deployed,) = acme.deploy(one_job()).deployments
    assert isinstance(deployed, c.DeployedProcess)
    act(globex)

    for command in (
        c.CreateProcessInstance("p", tenant_id="globex"),
        c.CreateProcessInstance("p", version=1, tenant_id="globex"),
        c.CreateProcessInstance(process_definition_key=deployed.process_definition_key, tenant_id="globex"),
    ):
        with pytest.raises(c.CommandRejected) as refused:
            globex.do(command)

        assert refused.value.rejection_type is c.RejectionType.NOT_FOUND


def test_calls_decisions_and_forms_are_looked_for_within_the_tenant() -> None:
    acme, globex = rigs("acme", "globex")
    acme.deploy(process("child").start().end())
    acme.deploy_files(("level.dmn", DECISION), ("check.form", b'{"id": "check"}'))
    act(globex).deploy(
        process("calls").start().call_activity("call", "child").end(),
        process("decides").start().decision_task("decide", "level", result="level").end(),
        process("asks").start().user_task("ask", form_id="check").end(),
    )

    for process_id in ("calls", "decides", "asks"):
        globex.create(process_id)

    failed = [(entry["value"]["errorType"], entry["value"]["tenantId"]) for entry in globex.of("INCIDENT", "CREATED")]
    assert failed == [(kind, "globex") for kind in ("CALLED_ELEMENT_ERROR", "CALLED_DECISION_ERROR", "FORM_NOT_FOUND")]


def test_a_decision_of_another_tenant_is_not_evaluated_by_id_or_key() -> None:
    acme, globex = rigs("acme", "globex")
    deployed = acme.deploy_files(("level.dmn", DECISION)).deployments[0]
    assert isinstance(deployed, c.DeployedDecision)
    mine = act(acme).decide("level", {"amount": 5}).record
    act(globex)

    for command in (
        c.EvaluateDecision("level", tenant_id="globex"),
        c.EvaluateDecision("", deployed.decision_key, {}, "globex"),
    ):
        with pytest.raises(c.CommandRejected, match="no decision found"):
            globex.do(command)

    assert (mine["tenantId"], mine["evaluatedDecisions"][0]["tenantId"]) == ("acme", "acme")


@pytest.mark.parametrize("restarts", [False, True])
def test_jobs_are_handed_out_of_the_tenants_asked_for_the_oldest_first(*, restarts: bool) -> None:
    house, acme, globex = rigs(c.DEFAULT_TENANT, "acme", "globex", restarts=restarts)
    keys = {}
    for rig in (globex, house, acme):
        act(rig).deploy(one_job())
        keys[rig.tenant_id] = rig.create("p")
    act(house)

    def handed_out(*tenant_ids: str) -> list[str]:
        jobs = house.do(c.ActivateJobs("work", "w", 60_000, 10, tenant_ids=tenant_ids)).jobs
        assert [keys[job.tenant_id] for job in jobs] == [job.process_instance_key for job in jobs]
        house.advance(61)
        return [job.tenant_id for job in jobs]

    assert handed_out("initech") == []
    assert handed_out("acme") == ["acme"]
    assert handed_out(c.DEFAULT_TENANT) == [c.DEFAULT_TENANT]
    assert handed_out("acme", "globex") == ["globex", "acme"]
    assert handed_out() == ["globex", c.DEFAULT_TENANT, "acme"]


def test_a_message_reaches_its_own_tenant_only() -> None:
    acme, globex = rigs("acme", "globex")
    model = process("p").start("asked", message="ask").catch("c", message="go", correlation_key="=k").end()
    for rig in (acme, globex):
        act(rig).deploy(model)
        rig.publish("ask", "", {"k": "1"})

    act(acme).publish("go", "1")

    assert len(acme.completed()) == len(["asked", "c", "end", "p"]) + len(["asked"])
    assert {entry["value"]["tenantId"] for entry in acme.of("PROCESS_MESSAGE_SUBSCRIPTION", "CORRELATED")} == {"acme"}


def test_the_id_of_a_message_is_taken_in_its_own_tenant_only() -> None:
    acme, globex = rigs("acme", "globex")
    acme.publish("go", "1", ttl=60_000, message_id="one")

    act(globex).publish("go", "1", ttl=60_000, message_id="one")

    with pytest.raises(c.CommandRejected, match="already published"):
        globex.publish("go", "1", ttl=60_000, message_id="one")


def test_a_buffered_message_waits_for_its_own_tenant() -> None:
    acme, globex = rigs("acme", "globex")
    acme.publish("go", "1", ttl=60_000)
    model = process("p").start().catch("c", message="go", correlation_key='="1"').end()

    act(globex).deploy(model)
    globex.create("p")
    untouched = globex.completed()
    act(acme).deploy(model)
    acme.create("p")

    assert "p" not in untouched
    assert acme.completed().count("p") == 1


def test_one_tenants_instance_keeps_no_other_tenants_from_starting() -> None:
    acme, globex = rigs("acme", "globex")
    model = process("p").start("asked", message="ask").service_task("work").end()
    for rig in (acme, globex):
        act(rig).deploy(model)

    for rig in (acme, globex, acme):
        act(rig).publish("ask", "same", ttl=60_000)

    begun = [entry["value"]["tenantId"] for entry in acme.of("MESSAGE_START_EVENT_SUBSCRIPTION", "CORRELATED")]
    assert begun == ["acme", "globex"]


def test_an_instance_is_not_migrated_to_another_tenants_definition() -> None:
    acme, globex = rigs("acme", "globex")
    acme.deploy(one_job())
    key = acme.create("p")
    (theirs,) = act(globex).deploy(one_job()).deployments
    assert isinstance(theirs, c.DeployedProcess)

    with pytest.raises(c.CommandRejected) as refused:
        act(acme).do(c.MigrateProcessInstance(key, theirs.process_definition_key, {"work": "work"}))

    assert refused.value.rejection_type is c.RejectionType.NOT_FOUND


def test_deleting_one_tenants_process_leaves_the_others() -> None:
    acme, globex = rigs("acme", "globex")
    (mine,) = acme.deploy(one_job()).deployments
    assert isinstance(mine, c.DeployedProcess)
    act(globex).deploy(one_job())

    act(acme).do(c.DeleteResource(mine.process_definition_key))

    assert act(globex).create("p") > 0
    with pytest.raises(c.CommandRejected):
        globex.do(c.CreateProcessInstance("p", tenant_id="acme"))


def test_what_tenants_keep_is_found_whole() -> None:
    house, acme = rigs(c.DEFAULT_TENANT, "acme")
    model = (
        process("p").start("asked", message="ask").service_task("work").end()
        .boundary("b", "work", message="stop", correlation_key="=k").end("e1").boundary("s", "work", signal="all").end("e2")
    )  # fmt: skip
    for rig in (house, acme):
        act(rig).deploy(model)
        rig.publish("ask", "x", {"k": 1}, ttl=60_000, message_id="one")

    found = verify(act(acme).store)  # type: ignore[arg-type]

    assert list(found.lines()) == []


def test_what_was_stored_before_there_were_tenants_is_the_default_ones() -> None:
    house, acme = rigs(c.DEFAULT_TENANT, "acme")
    model = process("p").start("asked", message="ask").service_task("work").end()
    late = process("late").start().catch("c", duration="PT1M").end()
    signalled = process("signalled").start().catch("c", signal="all").end()
    house.deploy(model, late, signalled)
    house.deploy_files(("level.dmn", DECISION))
    house.publish("ask", "x", ttl=60_000)
    house.publish("ask", "x", ttl=90_000)
    house.create("late")
    house.create("signalled")

    leave_tenants_out(house.store)
    act(house).broadcast("all")
    house.advance(61)

    assert act(acme).activate("work") == ()
    assert act(house).complete_jobs("work") == 1
    assert house.complete_jobs("work") == 1
    assert {"late", "signalled", "p"} <= set(house.completed())
    assert house.decide("level", {"amount": 5}).record["tenantId"] == c.DEFAULT_TENANT


def leave_tenants_out(store: Store) -> None:
    """Make the rows those of a version that knew no tenants: the field was added at the end."""
    assert isinstance(store, MemoryStore)
    for key, row in store._rows.items():
        body = msgspec.msgpack.decode(row.body)
        if body[-1:] == [c.DEFAULT_TENANT]:
            store._rows[key] = row._replace(body=msgspec.msgpack.encode(body[:-1]))
