"""Decisions: evaluated for a business rule task or for whoever asks, with the audit in the record."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from engine import feel
from engine.processing.commands import CommandRejected, DecisionEvaluated, EvaluateDecision, RejectionType
from engine.processing.engine import Engine
from engine.processing.entities import DeployedDecision
from engine.processing.instances import ElementInstance
from engine.processing.records import to_json


class Result(NamedTuple):
    """The output as JSON text, or why there is none, and the record."""

    output: str
    failure: str
    key: int
    record: dict[str, Any]


def evaluate(
    engine: Engine, decision: DeployedDecision, context: Mapping[str, Any], instance: ElementInstance | None = None
) -> Result:
    """Evaluate a deployed decision and write it down."""
    model = engine.catalog.model(decision.requirements_key)
    evaluation = model.evaluate(decision.id, context, now=engine.moment)
    requirements = engine.catalog.requirements.get(decision.requirements_key)
    assert requirements is not None, "a decision belongs to its graph"
    record = {**_place(decision, instance), **evaluation.record_fields()}
    record |= {
        "decisionKey": decision.key,
        "decisionId": decision.id,
        "decisionName": decision.name,
        "decisionVersion": decision.version,
        "decisionRequirementsId": requirements.id,
        "decisionRequirementsKey": requirements.key,
        "variables": {},
    }
    _name_keys(engine, record, decision)
    key = engine.next_key()
    failure = evaluation.failure_message or ""
    engine.log.append("DECISION_EVALUATION", "FAILED" if failure else "EVALUATED", key, to_json(record))
    output = "null" if failure else to_json(feel.to_json(evaluation.output))
    return Result(output, failure, key, record)


def _place(decision: DeployedDecision, instance: ElementInstance | None) -> dict[str, Any]:
    if instance is None:
        return {
            "processDefinitionKey": -1,
            "processInstanceKey": -1,
            "elementInstanceKey": -1,
            "elementId": "",
            "bpmnProcessId": "",
            "tenantId": decision.tenant_id,
        }
    process = instance.process
    return {
        "processDefinitionKey": process.definition.key,
        "processInstanceKey": process.key,
        "elementInstanceKey": instance.key,
        "elementId": instance.element.id,
        "bpmnProcessId": process.definition.bpmn_process_id,
        "tenantId": decision.tenant_id,
    }


def _name_keys(engine: Engine, record: dict[str, Any], decision: DeployedDecision) -> None:
    """Fill in what the decision model cannot know: the keys and versions under which its decisions are deployed."""
    graph_key = decision.requirements_key
    siblings = {entry.id: entry for entry in engine.catalog.decisions.values() if entry.requirements_key == graph_key}
    for evaluated in record.get("evaluatedDecisions", []):
        sibling = siblings.get(evaluated["decisionId"])
        if sibling is not None:
            evaluated["decisionKey"] = sibling.key
            evaluated["decisionVersion"] = sibling.version
        evaluated["tenantId"] = decision.tenant_id


def handle(engine: Engine, command: EvaluateDecision) -> DecisionEvaluated:
    """Handle the command to evaluate a decision."""
    catalog = engine.catalog
    if command.decision_id:
        decision = catalog.latest_decision(command.tenant_id, command.decision_id)
        wanted, by = command.decision_id, "id"
    elif command.decision_key >= 0:
        decision = catalog.decisions.get(command.decision_key)
        if decision is not None and decision.tenant_id != command.tenant_id:
            decision = None
        wanted, by = str(command.decision_key), "key"
    else:
        raise CommandRejected(
            RejectionType.INVALID_ARGUMENT, "Expected either a decision id or a valid decision key, but none provided"
        )
    if decision is None:
        raise CommandRejected(
            RejectionType.INVALID_ARGUMENT,
            f"Expected to evaluate decision '{wanted}', but no decision found for {by} '{wanted}'",
        )
    result = evaluate(engine, decision, command.variables)
    return DecisionEvaluated(result.key, result.record)
