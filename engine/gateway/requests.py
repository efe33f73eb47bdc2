"""Requests of `gateway.proto` as commands of the engine, one function an rpc."""

from collections import Counter

from pyzeebe.proto import gateway_pb2 as pb

from engine.gateway.json_variables import parse_variables
from engine.gateway.rejections import RequestInvalid
from engine.gateway.tenants import Tenants
from engine.processing import commands as c


def deploy_resource(request: pb.DeployResourceRequest, tenants: Tenants) -> c.DeployResource:
    resources = tuple(c.Resource(resource.name, resource.content) for resource in request.resources)
    return c.DeployResource(resources, tenants.of("DeployResource", request.tenantId))


def deploy_process(request: pb.DeployProcessRequest) -> c.DeployResource:
    """The deprecated spelling that older clients still use; it knows the default tenant only."""
    return c.DeployResource(tuple(c.Resource(process.name, process.definition) for process in request.processes))


def delete_resource(request: pb.DeleteResourceRequest) -> c.DeleteResource:
    return c.DeleteResource(request.resourceKey)


def create_process_instance(request: pb.CreateProcessInstanceRequest, tenants: Tenants) -> c.CreateProcessInstance:
    return c.CreateProcessInstance(
        bpmn_process_id=request.bpmnProcessId,
        process_definition_key=request.processDefinitionKey,
        version=request.version,
        variables=parse_variables(request.variables),
        start_element_ids=tuple(instruction.elementId for instruction in request.startInstructions),
        tenant_id=tenants.of("CreateProcessInstance", request.tenantId),
    )


def create_process_instance_with_result(
    wrapper: pb.CreateProcessInstanceWithResultRequest, tenants: Tenants
) -> c.CreateProcessInstance:
    request = wrapper.request
    return c.CreateProcessInstance(
        bpmn_process_id=request.bpmnProcessId,
        process_definition_key=request.processDefinitionKey,
        version=request.version,
        variables=parse_variables(request.variables),
        start_element_ids=tuple(instruction.elementId for instruction in request.startInstructions),
        with_result=True,
        fetch_variables=tuple(wrapper.fetchVariables),
        tenant_id=tenants.of("CreateProcessInstanceWithResult", request.tenantId),
    )


def cancel_process_instance(request: pb.CancelProcessInstanceRequest) -> c.CancelProcessInstance:
    return c.CancelProcessInstance(request.processInstanceKey)


def modify_process_instance(request: pb.ModifyProcessInstanceRequest) -> c.ModifyProcessInstance:
    return c.ModifyProcessInstance(
        process_instance_key=request.processInstanceKey,
        activate=tuple(_activate_instruction(instruction) for instruction in request.activateInstructions),
        terminate_element_instance_keys=tuple(instruction.elementInstanceKey for instruction in request.terminateInstructions),
    )


def _activate_instruction(instruction: pb.ModifyProcessInstanceRequest.ActivateInstruction) -> c.ActivateInstruction:
    return c.ActivateInstruction(
        element_id=instruction.elementId,
        # On the wire 0 stands for "none given", in records -1 does.
        ancestor_element_instance_key=instruction.ancestorElementInstanceKey or -1,
        variable_instructions=tuple(
            c.VariableInstruction(parse_variables(given.variables), given.scopeId) for given in instruction.variableInstructions
        ),
    )


def migrate_process_instance(request: pb.MigrateProcessInstanceRequest) -> c.MigrateProcessInstance:
    plan = request.migrationPlan
    named = Counter(mapped.sourceElementId for mapped in plan.mappingInstructions)
    return c.MigrateProcessInstance(
        process_instance_key=request.processInstanceKey,
        target_process_definition_key=plan.targetProcessDefinitionKey,
        mapping={mapped.sourceElementId: mapped.targetElementId for mapped in plan.mappingInstructions},
        duplicate_sources=tuple(source_id for source_id, times in named.items() if times > 1),
    )


def publish_message(request: pb.PublishMessageRequest, tenants: Tenants) -> c.PublishMessage:
    return c.PublishMessage(
        name=request.name,
        correlation_key=request.correlationKey,
        time_to_live=request.timeToLive,
        message_id=request.messageId,
        variables=parse_variables(request.variables),
        tenant_id=tenants.of("PublishMessage", request.tenantId),
    )


def broadcast_signal(request: pb.BroadcastSignalRequest, tenants: Tenants) -> c.BroadcastSignal:
    return c.BroadcastSignal(
        name=request.signalName,
        variables=parse_variables(request.variables),
        tenant_id=tenants.of("BroadcastSignal", request.tenantId),
    )


def activate_jobs(request: pb.ActivateJobsRequest, tenants: Tenants) -> c.ActivateJobs:
    refused = "Command 'ACTIVATE' rejected with code 'INVALID_ARGUMENT': Expected to activate job batch with "
    if not request.type:
        raise RequestInvalid(f"{refused}type to be present, but it was blank")
    if request.timeout < 1:
        raise RequestInvalid(f"{refused}timeout to be greater than zero, but it was '{request.timeout}'")
    if request.maxJobsToActivate < 1:
        raise RequestInvalid(f"{refused}max jobs to activate to be greater than zero, but it was '{request.maxJobsToActivate}'")
    return c.ActivateJobs(
        type=request.type,
        worker=request.worker,
        timeout=request.timeout,
        max_jobs_to_activate=request.maxJobsToActivate,
        fetch_variables=tuple(request.fetchVariable),
        tenant_ids=tenants.of_jobs("ActivateJobs", request.tenantIds),
    )


def stream_activated_jobs(request: pb.StreamActivatedJobsRequest, tenants: Tenants, jobs_at_once: int) -> c.ActivateJobs:
    """The command that a stream repeats as long as its client reads."""
    if not request.type:
        raise RequestInvalid("Expected to stream activated jobs with type to be present, but it was blank")
    if request.timeout < 1:
        raise RequestInvalid(
            f"Expected to stream activated jobs with timeout to be greater than zero, but it was {request.timeout}"
        )
    return c.ActivateJobs(
        type=request.type,
        worker=request.worker,
        timeout=request.timeout,
        max_jobs_to_activate=jobs_at_once,
        is_pushed=True,
        fetch_variables=tuple(request.fetchVariable),
        tenant_ids=tenants.of_jobs("StreamActivatedJobs", request.tenantIds),
    )


def complete_job(request: pb.CompleteJobRequest) -> c.CompleteJob:
    return c.CompleteJob(request.jobKey, parse_variables(request.variables))


def fail_job(request: pb.FailJobRequest) -> c.FailJob:
    return c.FailJob(
        request.jobKey,
        request.retries,
        request.errorMessage,
        request.retryBackOff,
        parse_variables(request.variables),
    )


def throw_error(request: pb.ThrowErrorRequest) -> c.ThrowError:
    return c.ThrowError(request.jobKey, request.errorCode, request.errorMessage, parse_variables(request.variables))


def update_job_retries(request: pb.UpdateJobRetriesRequest) -> c.UpdateJobRetries:
    return c.UpdateJobRetries(request.jobKey, request.retries)


def update_job_timeout(request: pb.UpdateJobTimeoutRequest) -> c.UpdateJobTimeout:
    return c.UpdateJobTimeout(request.jobKey, request.timeout)


def set_variables(request: pb.SetVariablesRequest) -> c.SetVariables:
    return c.SetVariables(request.elementInstanceKey, parse_variables(request.variables), request.local)


def resolve_incident(request: pb.ResolveIncidentRequest) -> c.ResolveIncident:
    return c.ResolveIncident(request.incidentKey)


def evaluate_decision(request: pb.EvaluateDecisionRequest, tenants: Tenants) -> c.EvaluateDecision:
    return c.EvaluateDecision(
        decision_id=request.decisionId,
        decision_key=request.decisionKey,
        variables=parse_variables(request.variables),
        tenant_id=tenants.of("EvaluateDecision", request.tenantId),
    )
