"""A talk with a gateway that has tenants, the same with a real Zeebe and with the embedded one.

Every client may speak for `<default>`, `acme` and `globex`, and for no other. What is compared are the answers (statuses,
texts, tenants; keys are numbered in the order they appear) and which records name which tenant.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import grpc
from pyzeebe.proto import gateway_pb2 as pb

from tests.bpmn_builder import Loop, process
from tests.engine_scenarios import DECISION

AUTHORIZED = ("<default>", "acme", "globex")
_KEY = re.compile(r"\b22517998\d{8}\b")

ONE_JOB = process("p").start("asked", message="ask").service_task("work").end().start("begin").to("work").xml()
WAITING = (
    process("wait").start().catch("c", message="go", correlation_key='="1"').throw("sig", signal="s").end("end")
    .event_subprocess("es").start("ess", interrupting=False, message="x", correlation_key='="1"').end("ese").done().xml()
)  # fmt: skip
SIGNALLED = process("signalled").start("ss", signal="s").end("se").xml()
CALLS = process("calls").start().call_activity("call", "child").end().xml()
CHILD = process("child").start().end().xml()
MANY = (
    process("many").start().service_task("each", loop=Loop("=[1,2]", "i")).user_task("u", form_id="check").end()
    .boundary("t", "u", duration="PT1H").end("e2").xml()
)  # fmt: skip


def _deployment(tenant_id: str, *files: tuple[str, bytes]) -> pb.DeployResourceRequest:
    return pb.DeployResourceRequest(
        resources=[pb.Resource(name=name, content=file) for name, file in files], tenantId=tenant_id
    )


def _creation(tenant_id: str, process_id: str = "p", **given: Any) -> pb.CreateProcessInstanceRequest:
    return pb.CreateProcessInstanceRequest(bpmnProcessId=process_id, version=-1, tenantId=tenant_id, **given)


def _poll(*tenant_ids: str, job_type: str = "work", count: int = 10, wait: int = -1) -> pb.ActivateJobsRequest:
    given = {"type": job_type, "worker": "w", "timeout": 600_000, "maxJobsToActivate": count, "requestTimeout": wait}
    return pb.ActivateJobsRequest(**given, tenantIds=tenant_ids)


class Dialogue:
    """The talk, as far as it has come; `answers` is what is compared."""

    def __init__(self, stub: Any) -> None:
        self._stub = stub
        self.answers: list[str] = []

    async def ask(self, rpc: str, request: Any) -> Any:
        """One request; its answer, None where it was refused."""
        metadata = (("authorized-tenants", ",".join(AUTHORIZED)),)
        try:
            call = getattr(self._stub, rpc)(request, metadata=metadata, timeout=60)
            answer = [job async for part in call for job in part.jobs] if rpc == "ActivateJobs" else await call
        except grpc.aio.AioRpcError as error:
            self.answers.append(f"{rpc}: {error.code().name} {error.details()}")
            return None
        named = [job.tenantId for job in answer] if isinstance(answer, list) else [getattr(answer, "tenantId", "-")]
        self.answers.append(f"{rpc}: OK {', '.join(named)}")
        return answer

    async def refusals(self) -> None:
        for tenant_id in ("", " ", "initech", "a" * 32, "a b", "a" * 31, "<other>"):
            await self.ask("CreateProcessInstance", _creation(tenant_id))
        for tenant_ids in ((), ("",), ("initech",), ("acme", "initech"), ("acme", "acme"), ("a b",), ("acme", "")):
            await self.ask("ActivateJobs", _poll(*tenant_ids))
        with_result = pb.CreateProcessInstanceWithResultRequest
        for rpc, request in (
            ("DeployResource", _deployment("", ("p.bpmn", ONE_JOB))),
            ("PublishMessage", pb.PublishMessageRequest(name="m")),
            ("BroadcastSignal", pb.BroadcastSignalRequest(signalName="m")),
            ("EvaluateDecision", pb.EvaluateDecisionRequest(decisionId="level")),
            ("CreateProcessInstanceWithResult", with_result(request=_creation(""))),
            ("CreateProcessInstanceWithResult", with_result(request=_creation("initech"))),
            ("CreateProcessInstanceWithResult", with_result(request=_creation("acme", "nowhere"))),
        ):
            await self.ask(rpc, request)

    async def life(self) -> None:
        deployed = await self.ask(
            "DeployResource",
            _deployment("acme", ("p.bpmn", ONE_JOB), ("level.dmn", DECISION), ("check.form", b'{"id":"check"}')),
        )
        process_key = deployed.deployments[0].process.processDefinitionKey
        decision_key = next(each.decision.decisionKey for each in deployed.deployments if each.decision.decisionKey)
        for _ in range(2):
            theirs = await self.ask("DeployResource", _deployment("globex", ("p.bpmn", ONE_JOB)))
            self.answers.append(f"version {theirs.deployments[0].process.version}")
        await self._of_another(process_key, decision_key)
        for tenant_id in ("globex", "acme", "globex", "acme"):
            await self.ask("CreateProcessInstance", _creation(tenant_id))
        jobs = await self.ask("ActivateJobs", _poll("acme", "globex", count=3, wait=10_000))
        jobs += await self.ask("ActivateJobs", _poll("globex", "acme", count=3, wait=10_000))
        mine = next(job for job in jobs if job.tenantId == "acme")
        await self._changes(mine, theirs.deployments[0].process.processDefinitionKey)
        await self._events()
        gone = await self.ask("DeployResource", _deployment("acme", ("gone.bpmn", process("gone").start().end().xml())))
        key = gone.deployments[0].process.processDefinitionKey
        await self.ask("DeleteResource", pb.DeleteResourceRequest(resourceKey=key))
        old = pb.DeployProcessRequest(processes=[pb.ProcessRequestObject(name="p.bpmn", definition=ONE_JOB)])
        self.answers.append((await self.ask("DeployProcess", old)).processes[0].tenantId)

    async def _of_another(self, process_key: int, decision_key: int) -> None:
        by_key = pb.CreateProcessInstanceRequest(processDefinitionKey=process_key, tenantId="globex")
        await self.ask("CreateProcessInstance", by_key)
        by_version = pb.CreateProcessInstanceRequest(bpmnProcessId="p", version=7, tenantId="globex")
        await self.ask("CreateProcessInstance", by_version)
        decide = pb.EvaluateDecisionRequest
        for request in (
            decide(decisionId="level", variables='{"amount":5}', tenantId="globex"),
            decide(decisionKey=decision_key, variables='{"amount":5}', tenantId="globex"),
            decide(decisionKey=decision_key, variables='{"amount":5}', tenantId="acme"),
        ):
            await self.ask("EvaluateDecision", request)

    async def _changes(self, job: Any, other_key: int) -> None:
        """What is done to an instance of acme's."""
        instance_key, element_key = job.processInstanceKey, job.elementInstanceKey
        plan = pb.MigrateProcessInstanceRequest.MigrationPlan(targetProcessDefinitionKey=other_key)
        await self.ask(
            "MigrateProcessInstance", pb.MigrateProcessInstanceRequest(processInstanceKey=instance_key, migrationPlan=plan)
        )
        await self.ask("SetVariables", pb.SetVariablesRequest(elementInstanceKey=element_key, variables='{"a":1}'))
        place = pb.ModifyProcessInstanceRequest.ActivateInstruction(elementId="work")
        modify = pb.ModifyProcessInstanceRequest(processInstanceKey=instance_key, activateInstructions=[place])
        await self.ask("ModifyProcessInstance", modify)
        await self.ask("FailJob", pb.FailJobRequest(jobKey=job.key, retries=0))

    async def _events(self) -> None:
        await self.ask(
            "DeployResource", _deployment("acme", ("many.bpmn", MANY), ("wait.bpmn", WAITING), ("s.bpmn", SIGNALLED))
        )
        await self.ask(
            "DeployResource", _deployment("globex", ("s.bpmn", SIGNALLED), ("wait.bpmn", WAITING), ("c.bpmn", CALLS))
        )
        await self.ask("DeployResource", _deployment("acme", ("child.bpmn", CHILD)))
        for tenant_id, process_id in (("globex", "calls"), ("acme", "wait"), ("globex", "wait")):
            await self.ask("CreateProcessInstance", _creation(tenant_id, process_id))
        many = await self.ask("CreateProcessInstance", _creation("acme", "many"))
        for job in await self.ask("ActivateJobs", _poll("acme", job_type="each", count=2, wait=10_000)):
            await self.ask("CompleteJob", pb.CompleteJobRequest(jobKey=job.key))
        for tenant_id in ("acme", "acme", "globex"):
            given = {"name": "go", "correlationKey": "1", "timeToLive": 60_000, "messageId": "one"}
            await self.ask("PublishMessage", pb.PublishMessageRequest(**given, tenantId=tenant_id))
        await self.ask("PublishMessage", pb.PublishMessageRequest(name="ask", correlationKey="1", tenantId="acme"))
        await self.ask("BroadcastSignal", pb.BroadcastSignalRequest(signalName="s", tenantId="globex"))
        await self.ask("CancelProcessInstance", pb.CancelProcessInstanceRequest(processInstanceKey=many.processInstanceKey))


async def talk(stub: Any) -> list[str]:
    """The whole talk; its answers."""
    dialogue = Dialogue(stub)
    await dialogue.refusals()
    await dialogue.life()
    numbers: dict[str, str] = {}
    return [_KEY.sub(lambda key: numbers.setdefault(key[0], f"#{len(numbers)}"), line) for line in dialogue.answers]


def named_in_records(records: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Which tenants the events of each kind name, and how often; and for whom any of them was allowed to be."""
    events = [record for record in records if record["recordType"] == "EVENT"]
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for event in events:
        counted[f"{event['valueType']} {event['intent']}"][str(event["value"].get("tenantId", "nobody"))] += 1
    named = {kind: [f"{tenant_id} {count}" for tenant_id, count in sorted(counted[kind].items())] for kind in sorted(counted)}
    return {**named, "authorized": sorted({each for event in events for each in event["authorizations"]["authorized_tenants"]})}
