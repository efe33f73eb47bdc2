"""Plays orders on a real engine and prints the records: how `orders.ndjson` was made.

`python play.py 127.0.0.1:26600 http://127.0.0.1:26601 > orders.ndjson`; the second address offers /idle, /time and /records.
The models loop, fan out, wait, call, escalate, fail, are resolved, cancelled, modified and migrated.
"""

import json
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path

import grpc
from pyzeebe.proto import gateway_pb2 as pb
from pyzeebe.proto.gateway_pb2_grpc import GatewayStub

MODELS = Path(__file__).parent / "models"
gateway = GatewayStub(grpc.insecure_channel(sys.argv[1]))


def control(path: str) -> str:
    with urllib.request.urlopen(sys.argv[2] + path) as answer:
        return answer.read().decode()


def records() -> list[dict]:
    control("/idle")
    return [json.loads(line) for line in control("/records?from=-1").splitlines()]


def deploy(*names: str, rename: tuple[str, str] = ("", "")) -> None:
    contents = [(name, (MODELS / name).read_text().replace(*rename)) for name in names]
    resources = [pb.Resource(name=name, content=content.encode()) for name, content in contents]
    gateway.DeployResource(pb.DeployResourceRequest(resources=resources))


def start(order_id: str, items: list, process: str = "order", **variables: object) -> int:
    text = json.dumps({"order_id": order_id, "items": items, **variables})
    request = pb.CreateProcessInstanceRequest(bpmnProcessId=process, version=-1, variables=text)
    key = gateway.CreateProcessInstance(request).processInstanceKey
    control("/idle")
    return key


def jobs(job_type: str) -> list:
    request = pb.ActivateJobsRequest(type=job_type, worker="golden", timeout=60_000, maxJobsToActivate=20, requestTimeout=500)
    return [job for answer in gateway.ActivateJobs(request) for job in answer.jobs]


def complete(job_type: str, **variables: object) -> None:
    for job in jobs(job_type):
        gateway.CompleteJob(pb.CompleteJobRequest(jobKey=job.key, variables=json.dumps(variables)))
    control("/idle")


def pay(order_id: str) -> None:
    message = pb.PublishMessageRequest(
        name="order-paid", correlationKey=order_id, timeToLive=60_000, variables='{"paid": true}'
    )
    gateway.PublishMessage(message)
    control("/idle")


def open_incidents() -> list[dict]:
    incidents = [record for record in records() if record["valueType"] == "INCIDENT" and record["recordType"] == "EVENT"]
    resolved = {record["key"] for record in incidents if record["intent"] == "RESOLVED"}
    return [record for record in incidents if record["intent"] == "CREATED" and record["key"] not in resolved]


def active(element_id: str, process_instance_key: int) -> int:
    for record in reversed(records()):
        value = record["value"]
        here = value.get("elementId") == element_id and value.get("processInstanceKey") == process_instance_key
        if here and record["intent"] == "ELEMENT_ACTIVATED":
            return record["key"]
    raise LookupError(element_id)


def loop_and_deliver() -> None:
    """Three turns of a loop, three parcels, delivery confirmed by the time-out of its user task."""
    start("A-1", ["cup", "pot", "lid"], courier="ann", fragile=False)
    for reserved in (1, 2, 3):
        control("/time?ms=1000")
        complete("reserve", reserved=reserved)
    pay("A-1")
    control("/time?ms=5000")
    complete("pack", parcel="ok")
    control("/time?ms=90000000")


def fail_and_resolve() -> None:
    """A job without retries left is an incident; retries and a resolution let it go on; then a decision fails."""
    start("A-2", ["vase", "jar", "bowl"], fragile=True, reserved=0)
    for retries in (1, 0):
        for job in jobs("reserve"):
            gateway.FailJob(pb.FailJobRequest(jobKey=job.key, retries=retries, errorMessage=f"no shelf, {retries} left"))
        control("/idle")
    incident = open_incidents()[-1]
    control("/time?ms=60000")
    gateway.UpdateJobRetries(pb.UpdateJobRetriesRequest(jobKey=incident["value"]["jobKey"], retries=3))
    gateway.ResolveIncident(pb.ResolveIncidentRequest(incidentKey=incident["key"]))
    complete("reserve", reserved=3)
    pay("A-2")
    complete("pack", parcel="ok")
    incident = open_incidents()[-1]
    instance = incident["value"]["processInstanceKey"]
    gateway.SetVariables(pb.SetVariablesRequest(elementInstanceKey=instance, variables='{"fragile": false}', local=True))
    gateway.ResolveIncident(pb.ResolveIncidentRequest(incidentKey=incident["key"]))
    control("/idle")


def refuse_and_cancel() -> None:
    """An error is caught; an instance with an open incident is cancelled; a job times out; another instance stays."""
    start("A-3", [])
    for job in jobs("reserve"):
        thrown = pb.ThrowErrorRequest(
            jobKey=job.key, errorCode="OUT_OF_STOCK", errorMessage="none", variables='{"why": "sold"}'
        )
        gateway.ThrowError(thrown)
    control("/idle")
    key = start("A-4", [1])
    for job in jobs("reserve"):
        gateway.FailJob(pb.FailJobRequest(jobKey=job.key, retries=0, errorMessage="roof leaks"))
    control("/idle")
    gateway.CancelProcessInstance(pb.CancelProcessInstanceRequest(processInstanceKey=key))
    start("A-5", [2])
    jobs("reserve")
    control("/time?ms=70000")


def recall_and_modify() -> None:
    """A slow packing is recalled by a signal; a token of another instance is moved by hand."""
    start("A-6", ["x"])
    complete("reserve", reserved=1)
    pay("A-6")
    control("/time?ms=3600000")
    gateway.BroadcastSignal(pb.BroadcastSignalRequest(signalName="recall"))
    key = start("A-7", ["y"], courier="ann")
    activate = pb.ModifyProcessInstanceRequest.ActivateInstruction(elementId="deliver")
    terminate = pb.ModifyProcessInstanceRequest.TerminateInstruction(elementInstanceKey=active("reserve", key))
    gateway.ModifyProcessInstance(
        pb.ModifyProcessInstanceRequest(
            processInstanceKey=key, activateInstructions=[activate], terminateInstructions=[terminate]
        )
    )


def migrate() -> None:
    """Two instances move to the next version of their process: one with a failed job, one with a user task."""
    deploy("complaint.bpmn")
    start("A-8", [], process="complaint", about="lid")
    complete("answer")
    failed = start("A-9", [], process="complaint", about="cup")
    for job in jobs("answer"):
        gateway.FailJob(pb.FailJobRequest(jobKey=job.key, retries=0, errorMessage="no words"))
    control("/idle")
    deploy("complaint.bpmn", rename=('"answer"', '"reply"'))
    definitions = [record for record in records() if record["valueType"] == "PROCESS" and record["intent"] == "CREATED"]
    mapping = [instruction("answer", "reply"), instruction("apologize", "apologize")]
    plan = pb.MigrateProcessInstanceRequest.MigrationPlan(
        targetProcessDefinitionKey=definitions[-1]["key"], mappingInstructions=mapping
    )
    gateway.MigrateProcessInstance(pb.MigrateProcessInstanceRequest(processInstanceKey=failed, migrationPlan=plan))
    waiting = next(r for r in records() if r["valueType"] == "USER_TASK" and r["value"]["elementId"] == "apologize")
    key = waiting["value"]["processInstanceKey"]
    gateway.MigrateProcessInstance(pb.MigrateProcessInstanceRequest(processInstanceKey=key, migrationPlan=plan))
    control("/idle")


def instruction(source: str, target: str) -> pb.MigrateProcessInstanceRequest.MappingInstruction:
    return pb.MigrateProcessInstanceRequest.MappingInstruction(sourceElementId=source, targetElementId=target)


def decide_and_delete() -> None:
    """Decisions outside of processes, one of them failing; then a form's graph is deleted."""
    for variables in ('{"items": [1]}', '{"items": [1, 2, 3], "fragile": true}'):
        gateway.EvaluateDecision(pb.EvaluateDecisionRequest(decisionId="carrier", variables=variables))
    drg = next(record["key"] for record in records() if record["valueType"] == "DECISION_REQUIREMENTS")
    with suppress(grpc.RpcError):  # The engine in memory deletes, and never answers.
        gateway.DeleteResource(pb.DeleteResourceRequest(resourceKey=drg), timeout=2)


if __name__ == "__main__":
    deploy("orders.bpmn", "carrier.dmn", "confirm_delivery.form")
    loop_and_deliver()
    fail_and_resolve()
    refuse_and_cancel()
    recall_and_modify()
    migrate()
    decide_and_delete()
    control("/idle")
    sys.stdout.write(control("/records?from=-1"))
