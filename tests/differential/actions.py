"""What a step of a scenario asks of an engine: one function per action, each answers with what the engine said."""

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import grpc
from pyzeebe.proto import gateway_pb2 as pb

from tests.differential.engines import Engine
from tests.differential.scenario import Step
from tests.differential.tracker import Tracker

SECONDS = 30
# The key of a form stands in a job's headers.
_KEY = re.compile(r"\b\d{16,}\b")


class NothingThereError(grpc.RpcError):
    """The step's job or incident does not exist on this engine."""

    @staticmethod
    def code() -> grpc.StatusCode:
        return grpc.StatusCode.NOT_FOUND

    @staticmethod
    def details() -> str:
        return "nothing there"


class Waiting(NamedTuple):
    """A call that is answered when its instance completes, and the position of the log before it."""

    step: str
    call: Any
    position: int


class Stage:
    """What an action sees: the engine, what is open in it, and the files that can be deployed."""

    def __init__(self, engine: Engine, tracker: Tracker) -> None:
        self.engine = engine
        self.tracker = tracker
        # Calls that wait for their instance to end, with the step that made them.
        self.waiting: list[Waiting] = []


def _key(keys: dict[str, list[int]], step: Step) -> int:
    if "key" in step.arguments:
        return int(step.arguments["key"])
    known = keys.get(step.element, [])
    if step.nth >= len(known):
        raise NothingThereError
    return known[step.nth]


def _variables(step: Step) -> str:
    return json.dumps(step.arguments.get("variables", {}))


def deploy(stage: Stage, step: Step) -> object:
    resources = [pb.Resource(name=name, content=text.encode()) for name, text in step.arguments["resources"].items()]
    answer = stage.engine.stub.DeployResource(pb.DeployResourceRequest(resources=resources), timeout=SECONDS)
    return "OK " + ", ".join(sorted(_deployed(one) for one in answer.deployments))


def _deployed(deployment: Any) -> str:
    kind = deployment.WhichOneof("Metadata")
    one = getattr(deployment, kind)
    name = {"process": "bpmnProcessId", "decision": "dmnDecisionId", "form": "formId"}.get(kind, "dmnDecisionRequirementsId")
    return f"{kind} {getattr(one, name)} v{one.version}"


def delete(stage: Stage, step: Step) -> object:
    """The gateway of the real engine in memory deletes without an answer; a refusal is answered."""
    key, before = _key(stage.tracker.resources, step), stage.engine.position
    call = stage.engine.stub.DeleteResource.future(pb.DeleteResourceRequest(resourceKey=key), timeout=SECONDS)
    reached = stage.engine.await_record_after(before, call)
    if call.done() or not reached or any(record["recordType"] == "COMMAND_REJECTION" for record in reached):
        call.result()
    else:
        call.cancel()
    return "OK"


def create(stage: Stage, step: Step) -> object:
    answer = stage.engine.stub.CreateProcessInstance(_creation(step), timeout=SECONDS)
    return f"OK {answer.bpmnProcessId} v{answer.version}"


def create_with_result(stage: Stage, step: Step) -> object:
    request = pb.CreateProcessInstanceWithResultRequest(
        request=_creation(step), requestTimeout=600_000, fetchVariables=step.arguments.get("fetch", ())
    )
    before = stage.engine.position
    call = stage.engine.stub.CreateProcessInstanceWithResult.future(request, timeout=600)
    reached = stage.engine.await_record_after(before, call)
    refusal = ("COMMAND_REJECTION", "PROCESS_INSTANCE_CREATION")
    if any((record["recordType"], record["valueType"]) == refusal for record in reached):
        # The log may be read before the refusal has come through gRPC.
        stage.engine.is_answered(call, SECONDS)
    stage.waiting.append(Waiting(str(step), call, before))
    return "OK"


def _creation(step: Step) -> pb.CreateProcessInstanceRequest:
    arguments = step.arguments
    return pb.CreateProcessInstanceRequest(
        bpmnProcessId=arguments["process"],
        version=arguments.get("version", -1),
        variables=_variables(step),
        startInstructions=[
            pb.ProcessInstanceCreationStartInstruction(elementId=element) for element in arguments.get("start_at", ())
        ],
    )


def complete(stage: Stage, step: Step) -> object:
    key = _key(stage.tracker.jobs, step)
    return stage.engine.stub.CompleteJob(pb.CompleteJobRequest(jobKey=key, variables=_variables(step)), timeout=SECONDS)


def fail(stage: Stage, step: Step) -> object:
    """With variables it is not answered: the real engine in memory takes them by another door."""
    request = pb.FailJobRequest(
        jobKey=_key(stage.tracker.jobs, step),
        retries=step.arguments.get("retries", 0),
        errorMessage=step.arguments.get("message", "failed"),
        retryBackOff=step.arguments.get("backoff", 0),
        variables=_variables(step),
    )
    if "variables" in step.arguments:
        stage.engine.fail_job(request)
        return "OK"
    return stage.engine.stub.FailJob(request, timeout=SECONDS)


def throw(stage: Stage, step: Step) -> object:
    request = pb.ThrowErrorRequest(
        jobKey=_key(stage.tracker.jobs, step),
        errorCode=step.arguments["code"],
        errorMessage=step.arguments.get("message", "thrown"),
        variables=_variables(step),
    )
    return stage.engine.stub.ThrowError(request, timeout=SECONDS)


def retries(stage: Stage, step: Step) -> object:
    request = pb.UpdateJobRetriesRequest(jobKey=_key(stage.tracker.jobs, step), retries=step.arguments["retries"])
    return stage.engine.stub.UpdateJobRetries(request, timeout=SECONDS)


def job_timeout(stage: Stage, step: Step) -> object:
    request = pb.UpdateJobTimeoutRequest(jobKey=_key(stage.tracker.jobs, step), timeout=step.arguments["timeout"])
    return stage.engine.stub.UpdateJobTimeout(request, timeout=SECONDS)


def activate(stage: Stage, step: Step) -> object:
    request = pb.ActivateJobsRequest(
        type=step.arguments["type"],
        worker="w",
        timeout=step.arguments.get("timeout", 60_000),
        maxJobsToActivate=step.arguments.get("jobs", 1),
        fetchVariable=step.arguments.get("fetch", ()),
        requestTimeout=-1,
    )
    jobs = [job for answer in stage.engine.stub.ActivateJobs(request, timeout=SECONDS) for job in answer.jobs]
    # The order in which the real engine's gateway hands out the jobs of a batch is not the batch's.
    return ", ".join(
        sorted(
            f"{job.type} {job.bpmnProcessId} v{job.processDefinitionVersion} {job.elementId} {job.retries} {job.worker} "
            f"{_sorted(job.variables)} {_KEY.sub('KEY', _sorted(job.customHeaders))}"
            for job in jobs
        )
    )


def _sorted(text: str) -> str:
    return json.dumps(json.loads(text or "{}"), sort_keys=True)


def publish(stage: Stage, step: Step) -> object:
    arguments = step.arguments
    request = pb.PublishMessageRequest(
        name=arguments["name"],
        correlationKey=arguments.get("key", ""),
        timeToLive=arguments.get("ttl", 0),
        messageId=arguments.get("id", ""),
        variables=_variables(step),
    )
    return stage.engine.stub.PublishMessage(request, timeout=SECONDS)


def broadcast(stage: Stage, step: Step) -> object:
    request = pb.BroadcastSignalRequest(signalName=step.arguments["name"], variables=_variables(step))
    return stage.engine.stub.BroadcastSignal(request, timeout=SECONDS)


def evaluate(stage: Stage, step: Step) -> object:
    request = pb.EvaluateDecisionRequest(decisionId=step.arguments["decision"], variables=_variables(step))
    answer = stage.engine.stub.EvaluateDecision(request, timeout=SECONDS)
    output = _sorted(answer.decisionOutput) if answer.decisionOutput else ""
    return f"v{answer.decisionVersion} {output} {answer.failedDecisionId} {answer.failureMessage}"


def advance(stage: Stage, step: Step) -> object:
    stage.engine.advance(step.arguments["milliseconds"])
    return "OK"


def set_variables(stage: Stage, step: Step) -> object:
    request = pb.SetVariablesRequest(
        elementInstanceKey=_key(stage.tracker.elements, step),
        variables=_variables(step),
        local=step.arguments.get("local", False),
    )
    return stage.engine.stub.SetVariables(request, timeout=SECONDS)


def resolve(stage: Stage, step: Step) -> object:
    key = _key(stage.tracker.incidents, step)
    return stage.engine.stub.ResolveIncident(pb.ResolveIncidentRequest(incidentKey=key), timeout=SECONDS)


def cancel(stage: Stage, step: Step) -> object:
    key = _key(stage.tracker.instances, step)
    return stage.engine.stub.CancelProcessInstance(pb.CancelProcessInstanceRequest(processInstanceKey=key), timeout=SECONDS)


def modify(stage: Stage, step: Step) -> object:
    """Terminations name instances by element and number; an ancestor does, too."""
    request = pb.ModifyProcessInstanceRequest
    elements = stage.tracker.elements
    terminate = [
        request.TerminateInstruction(elementInstanceKey=elements[element][nth])
        for element, nth in step.arguments.get("terminate", ())
        if nth < len(elements[element])
    ]
    begin = []
    for one in step.arguments.get("activate", ()):
        element, nth = one.get("ancestor", ("", 0))
        known = elements.get(element, [])
        variables = [
            request.VariableInstruction(variables=json.dumps(given["variables"]), scopeId=given.get("scope", ""))
            for given in one.get("variables", ())
        ]
        ancestor = known[nth] if nth < len(known) else 0
        begin.append(
            request.ActivateInstruction(
                elementId=one["element"], ancestorElementInstanceKey=ancestor, variableInstructions=variables
            )
        )
    key = _key(stage.tracker.instances, step)
    return stage.engine.stub.ModifyProcessInstance(
        request(processInstanceKey=key, activateInstructions=begin, terminateInstructions=terminate), timeout=SECONDS
    )


def migrate(stage: Stage, step: Step) -> object:
    request = pb.MigrateProcessInstanceRequest
    versions = stage.tracker.resources.get(step.arguments["process"], [])
    target = versions[step.arguments["to"]] if step.arguments["to"] < len(versions) else 1
    plan = request.MigrationPlan(
        targetProcessDefinitionKey=target,
        mappingInstructions=[
            request.MappingInstruction(sourceElementId=source, targetElementId=to)
            for source, to in step.arguments.get("mapping", ())
        ],
    )
    key = _key(stage.tracker.instances, step)
    return stage.engine.stub.MigrateProcessInstance(request(processInstanceKey=key, migrationPlan=plan), timeout=SECONDS)


def user_task(stage: Stage, step: Step) -> object:
    key = _key(stage.tracker.user_tasks, step)
    stage.engine.command_user_task({"userTaskKey": key, **step.arguments})
    return "OK"


ACTIONS: dict[str, Callable[[Stage, Step], object]] = {
    action.__name__: action
    for action in (
        *(
            deploy,
            delete,
            create,
            create_with_result,
            complete,
            fail,
            throw,
            retries,
            job_timeout,
            activate,
            publish,
            broadcast,
        ),
        *(evaluate, advance, set_variables, resolve, cancel, modify, migrate, user_task),
    )
}
