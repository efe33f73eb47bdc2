"""Decisions and forms: what is deployed, and evaluating a decision."""

import json
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field

from api.dependencies import Services
from api.problems import Problem
from api.rest.shapes import Asked, JsonValue, Key, KeyInPath, Shown, Variables
from zeebe import answers

router = APIRouter(tags=["decisions"])


class DecisionShown(Shown):
    key: Key
    decision_id: str
    version: int
    name: str
    decision_requirements_key: Key
    decision_requirements_id: str
    deployed_at: datetime


class EvaluationAsked(Asked):
    variables: Variables = Field(default_factory=dict)


class InputShown(Shown):
    id: str
    name: str
    value: JsonValue


class RuleShown(Shown):
    rule_id: str
    rule_index: int
    outputs: list[InputShown]


class EvaluatedShown(Shown):
    """One decision of the graph: the asked one, or one it required."""

    decision_id: str
    decision_type: str
    output: JsonValue
    inputs: list[InputShown]
    matched_rules: list[RuleShown]


class EvaluationShown(Shown):
    decision_id: str
    decision_key: Key
    decision_version: int
    output: JsonValue
    evaluated: list[EvaluatedShown]


@router.get("/decisions")
def list_decisions(services: Services) -> list[DecisionShown]:
    """The newest version of every decision."""
    return [DecisionShown.model_validate(decision) for decision in services.queries.decisions()]


@router.get("/decisions/requirements/{key}/xml", responses={200: {"content": {"application/xml": {}}}}, response_class=Response)
def get_xml(key: KeyInPath, services: Services) -> Response:
    """The DMN file as it was deployed."""
    return Response(services.queries.decision_requirements_document(key).xml, media_type="application/xml")


@router.post("/decisions/{decision_id}/evaluation")
async def evaluate_decision(decision_id: str, asked: EvaluationAsked, services: Services) -> EvaluationShown:
    """Evaluate the newest version of a decision, with every rule that matched."""
    evaluation = await services.zeebe.evaluate_decision(decision_id, asked.variables)
    if evaluation.failure_message:
        where = evaluation.failed_decision_id or decision_id
        raise Problem(422, evaluation.failure_message, failed_decision_id=where)
    return EvaluationShown(
        decision_id=evaluation.decision_id,
        decision_key=evaluation.decision_key,
        decision_version=evaluation.decision_version,
        output=evaluation.output,
        evaluated=[_evaluated(each) for each in evaluation.evaluated],
    )


@router.get("/forms/{form_id}", tags=["forms"])
def get_latest_form(form_id: str, services: Services) -> dict[str, Any]:
    """The newest version of a form, as form-js reads it."""
    document: dict[str, Any] = json.loads(services.queries.latest_form(form_id).document)
    return document


def _evaluated(decision: answers.EvaluatedDecision) -> EvaluatedShown:
    return EvaluatedShown(
        decision_id=decision.decision_id,
        decision_type=decision.decision_type,
        output=decision.output,
        inputs=[_value(each) for each in decision.inputs],
        matched_rules=[
            RuleShown(rule_id=rule.rule_id, rule_index=rule.rule_index, outputs=[_value(each) for each in rule.outputs])
            for rule in decision.matched_rules
        ],
    )


def _value(value: tuple[str, str, str]) -> InputShown:
    return InputShown(id=value[0], name=value[1], value=value[2])
