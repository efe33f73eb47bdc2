"""Answers of the engine as messages of `gateway.proto`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec
from pyzeebe.proto import gateway_pb2 as pb

from engine.processing import commands as c

# A response must fit into the 4 MB that gRPC clients accept; the rest is left to keys, headers and framing.
_RESPONSE_CHARACTERS = 2 * 1024 * 1024

_encode = msgspec.json.Encoder().encode


def nothing[Response](message: type[Response]) -> Callable[[c.Answer], Response]:
    """For rpcs whose success says it all: one message serves every answer."""
    response = message()
    return lambda _answer: response


def resource_deployed(answer: c.ResourceDeployed) -> pb.DeployResourceResponse:
    return pb.DeployResourceResponse(
        key=answer.key,
        deployments=[_deployment(deployed) for deployed in answer.deployments],
        tenantId=answer.tenant_id,
    )


def process_deployed(answer: c.ResourceDeployed) -> pb.DeployProcessResponse:
    processes = (deployed for deployed in answer.deployments if isinstance(deployed, c.DeployedProcess))
    return pb.DeployProcessResponse(key=answer.key, processes=[_process(deployed) for deployed in processes])


def _process(deployed: c.DeployedProcess) -> pb.ProcessMetadata:
    return pb.ProcessMetadata(
        bpmnProcessId=deployed.bpmn_process_id,
        version=deployed.version,
        processDefinitionKey=deployed.process_definition_key,
        resourceName=deployed.resource_name,
        tenantId=deployed.tenant_id,
    )


def _deployment(deployed: c.Deployed) -> pb.Deployment:
    match deployed:
        case c.DeployedProcess():
            return pb.Deployment(process=_process(deployed))
        case c.DeployedDecision():
            return pb.Deployment(
                decision=pb.DecisionMetadata(
                    dmnDecisionId=deployed.decision_id,
                    dmnDecisionName=deployed.decision_name,
                    version=deployed.version,
                    decisionKey=deployed.decision_key,
                    dmnDecisionRequirementsId=deployed.decision_requirements_id,
                    decisionRequirementsKey=deployed.decision_requirements_key,
                    tenantId=deployed.tenant_id,
                )
            )
        case c.DeployedDecisionRequirements():
            return pb.Deployment(
                decisionRequirements=pb.DecisionRequirementsMetadata(
                    dmnDecisionRequirementsId=deployed.decision_requirements_id,
                    dmnDecisionRequirementsName=deployed.decision_requirements_name,
                    version=deployed.version,
                    decisionRequirementsKey=deployed.decision_requirements_key,
                    resourceName=deployed.resource_name,
                    tenantId=deployed.tenant_id,
                )
            )
        case c.DeployedForm():
            return pb.Deployment(
                form=pb.FormMetadata(
                    formId=deployed.form_id,
                    version=deployed.version,
                    formKey=deployed.form_key,
                    resourceName=deployed.resource_name,
                    tenantId=deployed.tenant_id,
                )
            )


def process_instance_created(answer: c.ProcessInstanceCreated) -> pb.CreateProcessInstanceResponse:
    return pb.CreateProcessInstanceResponse(
        processDefinitionKey=answer.process_definition_key,
        bpmnProcessId=answer.bpmn_process_id,
        version=answer.version,
        processInstanceKey=answer.process_instance_key,
        tenantId=answer.tenant_id,
    )


def process_instance_completed(answer: c.ProcessInstanceCompleted) -> pb.CreateProcessInstanceWithResultResponse:
    return pb.CreateProcessInstanceWithResultResponse(
        processDefinitionKey=answer.process_definition_key,
        bpmnProcessId=answer.bpmn_process_id,
        version=answer.version,
        processInstanceKey=answer.process_instance_key,
        variables=_encode(answer.variables).decode(),
        tenantId=answer.tenant_id,
    )


def message_published(answer: c.MessagePublished) -> pb.PublishMessageResponse:
    return pb.PublishMessageResponse(key=answer.key, tenantId=answer.tenant_id)


def signal_broadcast(answer: c.SignalBroadcast) -> pb.BroadcastSignalResponse:
    return pb.BroadcastSignalResponse(key=answer.key, tenantId=answer.tenant_id)


def variables_set(answer: c.VariablesSet) -> pb.SetVariablesResponse:
    return pb.SetVariablesResponse(key=answer.key)


def activated_job(job: c.ActivatedJob) -> pb.ActivatedJob:
    return pb.ActivatedJob(
        key=job.key,
        type=job.type,
        processInstanceKey=job.process_instance_key,
        bpmnProcessId=job.bpmn_process_id,
        processDefinitionVersion=job.process_definition_version,
        processDefinitionKey=job.process_definition_key,
        elementId=job.element_id,
        elementInstanceKey=job.element_instance_key,
        customHeaders=_encode(job.custom_headers).decode() if job.custom_headers else "{}",
        worker=job.worker,
        retries=job.retries,
        deadline=job.deadline,
        variables=job.variables,
        tenantId=job.tenant_id,
    )


def in_responses(jobs: Iterable[c.ActivatedJob]) -> Iterator[tuple[c.ActivatedJob, ...]]:
    """Cut jobs into groups that each fit into one response."""
    group: list[c.ActivatedJob] = []
    characters = 0
    for job in jobs:
        if group and characters + len(job.variables) > _RESPONSE_CHARACTERS:
            yield tuple(group)
            group, characters = [], 0
        group.append(job)
        characters += len(job.variables)
    if group:
        yield tuple(group)


def decision_evaluated(answer: c.DecisionEvaluated) -> pb.EvaluateDecisionResponse:
    record = answer.record
    return pb.EvaluateDecisionResponse(
        decisionKey=record["decisionKey"],
        decisionId=record["decisionId"],
        decisionName=record["decisionName"],
        decisionVersion=record["decisionVersion"],
        decisionRequirementsId=record["decisionRequirementsId"],
        decisionRequirementsKey=record["decisionRequirementsKey"],
        decisionOutput=record["decisionOutput"],
        evaluatedDecisions=[_evaluated_decision(evaluated) for evaluated in record["evaluatedDecisions"]],
        failedDecisionId=record["failedDecisionId"],
        failureMessage=record["evaluationFailureMessage"],
        tenantId=record["tenantId"],
        decisionInstanceKey=answer.key,
    )


def _evaluated_decision(evaluated: Mapping[str, Any]) -> pb.EvaluatedDecision:
    return pb.EvaluatedDecision(
        decisionKey=evaluated["decisionKey"],
        decisionId=evaluated["decisionId"],
        decisionName=evaluated["decisionName"],
        decisionVersion=evaluated["decisionVersion"],
        decisionType=evaluated["decisionType"],
        decisionOutput=evaluated["decisionOutput"],
        matchedRules=[
            pb.MatchedDecisionRule(
                ruleId=rule["ruleId"],
                ruleIndex=rule["ruleIndex"],
                evaluatedOutputs=[pb.EvaluatedDecisionOutput(**output) for output in rule["evaluatedOutputs"]],
            )
            for rule in evaluated["matchedRules"]
        ],
        evaluatedInputs=[pb.EvaluatedDecisionInput(**given) for given in evaluated["evaluatedInputs"]],
        tenantId=evaluated["tenantId"],
    )
