"""Between our nouns and the messages of `gateway.proto`."""

from collections.abc import Mapping
from typing import Any

import msgspec
from pyzeebe.proto import gateway_pb2 as pb

from zeebe import answers as a
from zeebe.job import DEFAULT_TENANT, Job

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode
_decode_headers = msgspec.json.Decoder(dict[str, str]).decode


def to_json(variables: Mapping[str, Any] | None) -> str:
    """Variables as the wire wants them; an unserialisable value raises `TypeError` before anything is sent."""
    return _encode(variables).decode() if variables else "{}"


def job(message: pb.ActivatedJob) -> Job:
    return Job(
        key=message.key,
        type=message.type,
        process_instance_key=message.processInstanceKey,
        bpmn_process_id=message.bpmnProcessId,
        process_definition_version=message.processDefinitionVersion,
        process_definition_key=message.processDefinitionKey,
        element_id=message.elementId,
        element_instance_key=message.elementInstanceKey,
        worker=message.worker,
        retries=message.retries,
        deadline=message.deadline,
        variables=_decode(message.variables or "{}"),
        custom_headers=_decode_headers(message.customHeaders or "{}"),
        tenant_id=message.tenantId or DEFAULT_TENANT,
    )


def deployment(message: pb.DeployResourceResponse) -> a.Deployment:
    kinds: dict[str, list[Any]] = {"process": [], "decision": [], "decisionRequirements": [], "form": []}
    for deployed in message.deployments:
        kind = deployed.WhichOneof("Metadata")
        if kind is not None:
            kinds[kind].append(getattr(deployed, kind))
    return a.Deployment(
        key=message.key,
        processes=tuple(
            a.DeployedProcess(p.bpmnProcessId, p.version, p.processDefinitionKey, p.resourceName) for p in kinds["process"]
        ),
        decisions=tuple(_decision(d) for d in kinds["decision"]),
        decision_requirements=tuple(
            a.DeployedDecisionRequirements(
                d.dmnDecisionRequirementsId,
                d.dmnDecisionRequirementsName,
                d.version,
                d.decisionRequirementsKey,
                d.resourceName,
            )
            for d in kinds["decisionRequirements"]
        ),
        forms=tuple(a.DeployedForm(f.formId, f.version, f.formKey, f.resourceName) for f in kinds["form"]),
    )


def _decision(message: pb.DecisionMetadata) -> a.DeployedDecision:
    return a.DeployedDecision(
        message.dmnDecisionId,
        message.dmnDecisionName,
        message.version,
        message.decisionKey,
        message.dmnDecisionRequirementsId,
        message.decisionRequirementsKey,
    )


def process_instance(message: pb.CreateProcessInstanceResponse) -> a.ProcessInstance:
    return a.ProcessInstance(message.processInstanceKey, message.processDefinitionKey, message.bpmnProcessId, message.version)


def process_instance_result(message: pb.CreateProcessInstanceWithResultResponse) -> a.ProcessInstanceResult:
    return a.ProcessInstanceResult(
        message.processInstanceKey,
        message.processDefinitionKey,
        message.bpmnProcessId,
        message.version,
        _decode(message.variables or "{}"),
    )


def decision_evaluation(message: pb.EvaluateDecisionResponse) -> a.DecisionEvaluation:
    return a.DecisionEvaluation(
        decision_id=message.decisionId,
        decision_key=message.decisionKey,
        decision_version=message.decisionVersion,
        output=message.decisionOutput,
        evaluated=tuple(_evaluated(evaluated) for evaluated in message.evaluatedDecisions),
        failed_decision_id=message.failedDecisionId,
        failure_message=message.failureMessage,
    )


def _evaluated(message: pb.EvaluatedDecision) -> a.EvaluatedDecision:
    return a.EvaluatedDecision(
        decision_id=message.decisionId,
        decision_key=message.decisionKey,
        decision_type=message.decisionType,
        output=message.decisionOutput,
        inputs=tuple((given.inputId, given.inputName, given.inputValue) for given in message.evaluatedInputs),
        matched_rules=tuple(
            a.MatchedRule(
                rule.ruleId,
                rule.ruleIndex,
                tuple((output.outputId, output.outputName, output.outputValue) for output in rule.evaluatedOutputs),
            )
            for rule in message.matchedRules
        ),
    )


def topology(message: pb.TopologyResponse) -> a.Topology:
    return a.Topology(
        gateway_version=message.gatewayVersion,
        partitions_count=message.partitionsCount,
        brokers=tuple(
            a.Broker(
                broker.nodeId,
                broker.host,
                broker.port,
                broker.version,
                tuple(
                    a.PartitionHealth(p.partitionId, p.role == pb.Partition.LEADER, p.health == pb.Partition.HEALTHY)
                    for p in broker.partitions
                ),
            )
            for broker in message.brokers
        ),
    )
