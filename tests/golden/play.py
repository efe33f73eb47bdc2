"""Plays orders on a real engine and prints the records: how the golden logs were made.

`python play.py orders 127.0.0.1:26600 http://127.0.0.1:26601 > orders.ndjson`; the last address offers /idle, /time and
/records, or with `--embedded` is the management port of an embedded gateway with a controlled clock.
`orders` loops, fans out, waits, calls, escalates, fails, resolves, cancels, modifies and migrates; `parcels` is the part of it
that needs no signals, escalations, modifications or migrations.
"""

import json
import sys
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import grpc
from pyzeebe.proto import gateway_pb2 as pb
from pyzeebe.proto.gateway_pb2_grpc import GatewayStub

MODELS = Path(__file__).parent / "models"

# Answers /idle, /time?ms=N and /records?from=N.
type Control = Callable[[str], str]


def oracle_control(url: str) -> Control:
    return lambda path: _ask(urllib.request.Request(url + path))


def embedded_control(url: str) -> Control:
    """The same of a gateway's management port."""

    def control(path: str) -> str:
        if path == "/idle":
            return _ask(urllib.request.Request(f"{url}/actuator/idle", method="POST", data=b""))
        if path.startswith("/time?ms="):
            body = json.dumps({"offsetMilli": int(path.removeprefix("/time?ms="))}).encode()
            headers = {"Content-Type": "application/json"}
            _ask(urllib.request.Request(f"{url}/actuator/clock/add", method="POST", data=body, headers=headers))
            return control("/idle")
        return _ask(urllib.request.Request(f"{url}/actuator{path}"))

    return control


def _ask(request: urllib.request.Request) -> str:
    with urllib.request.urlopen(request) as answer:
        return answer.read().decode()


class Play:
    """What happens to orders, on one engine."""

    def __init__(self, gateway: GatewayStub, control: Control) -> None:
        self.gateway = gateway
        self.control = control

    def orders(self) -> None:
        self.deploy("orders.bpmn", "carrier.dmn", "confirm_delivery.form")
        self.loop_and_deliver()
        self.fail_and_resolve()
        self.refuse_and_cancel()
        self.recall_and_modify()
        self.migrate()
        self.decide_and_delete()

    def parcels(self) -> None:
        self.deploy("parcels.bpmn", "carrier.dmn", "confirm_delivery.form")
        self.loop_and_deliver()
        self.fail_and_resolve()
        self.refuse_and_cancel()

    def records(self) -> list[dict]:
        self.control("/idle")
        return [json.loads(line) for line in self.control("/records?from=-1").splitlines()]

    def deploy(self, *names: str, rename: tuple[str, str] = ("", "")) -> None:
        contents = [(name, (MODELS / name).read_text().replace(*rename)) for name in names]
        resources = [pb.Resource(name=name, content=content.encode()) for name, content in contents]
        self.gateway.DeployResource(pb.DeployResourceRequest(resources=resources))

    def start(self, order_id: str, items: list, process: str = "order", **variables: object) -> int:
        text = json.dumps({"order_id": order_id, "items": items, **variables})
        request = pb.CreateProcessInstanceRequest(bpmnProcessId=process, version=-1, variables=text)
        key = self.gateway.CreateProcessInstance(request).processInstanceKey
        self.control("/idle")
        return key

    def jobs(self, job_type: str) -> list:
        request = pb.ActivateJobsRequest(
            type=job_type, worker="golden", timeout=60_000, maxJobsToActivate=20, requestTimeout=500
        )
        activated = [job for answer in self.gateway.ActivateJobs(request) for job in answer.jobs]
        return sorted(activated, key=lambda job: job.key)

    def complete(self, job_type: str, **variables: object) -> None:
        for job in self.jobs(job_type):
            self.gateway.CompleteJob(pb.CompleteJobRequest(jobKey=job.key, variables=json.dumps(variables)))
        self.control("/idle")

    def pay(self, order_id: str) -> None:
        message = pb.PublishMessageRequest(
            name="order-paid", correlationKey=order_id, timeToLive=60_000, variables='{"paid": true}'
        )
        self.gateway.PublishMessage(message)
        self.control("/idle")

    def open_incidents(self) -> list[dict]:
        incidents = [
            record for record in self.records() if record["valueType"] == "INCIDENT" and record["recordType"] == "EVENT"
        ]
        resolved = {record["key"] for record in incidents if record["intent"] == "RESOLVED"}
        return [record for record in incidents if record["intent"] == "CREATED" and record["key"] not in resolved]

    def active(self, element_id: str, process_instance_key: int) -> int:
        for record in reversed(self.records()):
            value = record["value"]
            here = value.get("elementId") == element_id and value.get("processInstanceKey") == process_instance_key
            if here and record["intent"] == "ELEMENT_ACTIVATED":
                return record["key"]
        raise LookupError(element_id)

    def loop_and_deliver(self) -> None:
        """Three turns of a loop, three parcels, delivery confirmed by the time-out of its user task."""
        self.start("A-1", ["cup", "pot", "lid"], courier="ann", fragile=False)
        for reserved in (1, 2, 3):
            self.control("/time?ms=1000")
            self.complete("reserve", reserved=reserved)
        self.pay("A-1")
        self.control("/time?ms=5000")
        self.complete("pack", parcel="ok")
        self.control("/time?ms=90000000")

    def fail_and_resolve(self) -> None:
        """A job without retries left is an incident; retries and a resolution let it go on; then a decision fails."""
        self.start("A-2", ["vase", "jar", "bowl"], fragile=True, reserved=0)
        for retries in (1, 0):
            for job in self.jobs("reserve"):
                self.gateway.FailJob(
                    pb.FailJobRequest(jobKey=job.key, retries=retries, errorMessage=f"no shelf, {retries} left")
                )
            self.control("/idle")
        incident = self.open_incidents()[-1]
        self.control("/time?ms=60000")
        self.gateway.UpdateJobRetries(pb.UpdateJobRetriesRequest(jobKey=incident["value"]["jobKey"], retries=3))
        self.gateway.ResolveIncident(pb.ResolveIncidentRequest(incidentKey=incident["key"]))
        self.complete("reserve", reserved=3)
        self.pay("A-2")
        self.complete("pack", parcel="ok")
        incident = self.open_incidents()[-1]
        instance = incident["value"]["processInstanceKey"]
        self.gateway.SetVariables(
            pb.SetVariablesRequest(elementInstanceKey=instance, variables='{"fragile": false}', local=True)
        )
        self.gateway.ResolveIncident(pb.ResolveIncidentRequest(incidentKey=incident["key"]))
        self.control("/idle")

    def refuse_and_cancel(self) -> None:
        """An error is caught; an instance with an open incident is cancelled; a job times out; another instance stays."""
        self.start("A-3", [])
        for job in self.jobs("reserve"):
            thrown = pb.ThrowErrorRequest(
                jobKey=job.key, errorCode="OUT_OF_STOCK", errorMessage="none", variables='{"why": "sold"}'
            )
            self.gateway.ThrowError(thrown)
        self.control("/idle")
        key = self.start("A-4", [1])
        for job in self.jobs("reserve"):
            self.gateway.FailJob(pb.FailJobRequest(jobKey=job.key, retries=0, errorMessage="roof leaks"))
        self.control("/idle")
        self.gateway.CancelProcessInstance(pb.CancelProcessInstanceRequest(processInstanceKey=key))
        self.start("A-5", [2])
        self.jobs("reserve")
        self.control("/time?ms=70000")

    def recall_and_modify(self) -> None:
        """A slow packing is recalled by a signal; a token of another instance is moved by hand."""
        self.start("A-6", ["x"])
        self.complete("reserve", reserved=1)
        self.pay("A-6")
        self.control("/time?ms=3600000")
        self.gateway.BroadcastSignal(pb.BroadcastSignalRequest(signalName="recall"))
        key = self.start("A-7", ["y"], courier="ann")
        activate = pb.ModifyProcessInstanceRequest.ActivateInstruction(elementId="deliver")
        terminate = pb.ModifyProcessInstanceRequest.TerminateInstruction(elementInstanceKey=self.active("reserve", key))
        self.gateway.ModifyProcessInstance(
            pb.ModifyProcessInstanceRequest(
                processInstanceKey=key, activateInstructions=[activate], terminateInstructions=[terminate]
            )
        )

    def migrate(self) -> None:
        """Two instances move to the next version of their process: one with a failed job, one with a user task."""
        self.deploy("complaint.bpmn")
        self.start("A-8", [], process="complaint", about="lid")
        self.complete("answer")
        failed = self.start("A-9", [], process="complaint", about="cup")
        for job in self.jobs("answer"):
            self.gateway.FailJob(pb.FailJobRequest(jobKey=job.key, retries=0, errorMessage="no words"))
        self.control("/idle")
        self.deploy("complaint.bpmn", rename=('"answer"', '"reply"'))
        definitions = [
            record for record in self.records() if record["valueType"] == "PROCESS" and record["intent"] == "CREATED"
        ]
        mapping = [instruction("answer", "reply"), instruction("apologize", "apologize")]
        plan = pb.MigrateProcessInstanceRequest.MigrationPlan(
            targetProcessDefinitionKey=definitions[-1]["key"], mappingInstructions=mapping
        )
        self.gateway.MigrateProcessInstance(pb.MigrateProcessInstanceRequest(processInstanceKey=failed, migrationPlan=plan))
        waiting = next(r for r in self.records() if r["valueType"] == "USER_TASK" and r["value"]["elementId"] == "apologize")
        key = waiting["value"]["processInstanceKey"]
        self.gateway.MigrateProcessInstance(pb.MigrateProcessInstanceRequest(processInstanceKey=key, migrationPlan=plan))
        self.control("/idle")

    def decide_and_delete(self) -> None:
        """Decisions outside of processes, one of them failing; then a form's graph is deleted."""
        for variables in ('{"items": [1]}', '{"items": [1, 2, 3], "fragile": true}'):
            self.gateway.EvaluateDecision(pb.EvaluateDecisionRequest(decisionId="carrier", variables=variables))
        drg = next(record["key"] for record in self.records() if record["valueType"] == "DECISION_REQUIREMENTS")
        with suppress(grpc.RpcError):  # The engine in memory deletes, and never answers.
            self.gateway.DeleteResource(pb.DeleteResourceRequest(resourceKey=drg), timeout=2)


def instruction(source: str, target: str) -> pb.MigrateProcessInstanceRequest.MappingInstruction:
    return pb.MigrateProcessInstanceRequest.MappingInstruction(sourceElementId=source, targetElementId=target)


if __name__ == "__main__":
    name, address, url = sys.argv[1:4]
    steer = (embedded_control if "--embedded" in sys.argv else oracle_control)(url)
    getattr(Play(GatewayStub(grpc.insecure_channel(address)), steer), name)()
    steer("/idle")
    sys.stdout.write(steer("/records?from=-1"))
