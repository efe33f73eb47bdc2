"""Decisions that were evaluated: inputs, matched rules, outputs, and why one failed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, select

from history.queries.paging import Page, SortKey
from history.queries.reader import Reader, moment
from history.tables import decision_evaluation


@dataclass(frozen=True, slots=True)
class EvaluatedInput:
    input_id: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class EvaluatedOutput:
    output_id: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class MatchedRule:
    """A rule of a decision table that applied; `index` counts from 1."""

    rule_id: str
    index: int
    outputs: tuple[EvaluatedOutput, ...]


@dataclass(frozen=True, slots=True)
class EvaluatedDecision:
    """One decision of the graph: its own, or one it required."""

    decision_key: int
    decision_id: str
    name: str
    version: int
    type: str
    output: str
    inputs: tuple[EvaluatedInput, ...]
    matched_rules: tuple[MatchedRule, ...]


@dataclass(frozen=True, slots=True)
class DecisionEvaluation:
    """A decision that was evaluated, with all decisions it required, in the order of their evaluation."""

    key: int
    # EVALUATED or FAILED.
    state: str
    decision_key: int
    decision_id: str
    decision_name: str
    decision_version: int
    decision_requirements_key: int
    process_instance_key: int | None
    element_instance_key: int | None
    element_id: str
    output: str
    failure_message: str
    failed_decision_id: str
    evaluated_at: datetime
    evaluated_decisions: tuple[EvaluatedDecision, ...]


class DecisionEvaluationQueries(Reader):
    """Decision evaluations of one tenant."""

    def decision_evaluations(self, process_instance_key: int) -> list[DecisionEvaluation]:
        """The decisions an instance asked for, oldest first, with inputs, matched rules and outputs."""
        columns = decision_evaluation.c
        rows = self._all(
            select(decision_evaluation)
            .where(self._mine(decision_evaluation), columns.process_instance_key == process_instance_key)
            .order_by(columns.key)
        )
        return [_evaluation(row) for row in rows]

    def evaluations_of(
        self, decision_id: str, *, cursor: str | None = None, limit: int = 50, with_total: bool = False
    ) -> Page[DecisionEvaluation]:
        """The evaluations of one decision, in processes and without, newest first.

        Raises:
            InvalidCursor: the cursor is none of this list's.
        """
        columns = decision_evaluation.c
        order = [SortKey(columns.evaluated_at, descending=True), SortKey(columns.key, descending=True)]
        own = (self._mine(decision_evaluation), columns.decision_id == decision_id)
        counted = select(columns.key).where(*own) if with_total else None
        statement = select(decision_evaluation).where(*own)
        return self._page(statement, order, _evaluation, cursor=cursor, limit=limit, counted=counted)


def _evaluation(row: Row[Any]) -> DecisionEvaluation:
    return DecisionEvaluation(
        row.key,
        row.state,
        row.decision_key,
        row.decision_id,
        row.decision_name,
        row.decision_version,
        row.decision_requirements_key,
        row.process_instance_key,
        row.element_instance_key,
        row.element_id,
        row.output,
        row.failure_message,
        row.failed_decision_id,
        moment(row.evaluated_at),
        tuple(_evaluated_decision(each) for each in msgspec.json.decode(row.evaluated_decisions)),
    )


def _evaluated_decision(value: dict[str, Any]) -> EvaluatedDecision:
    return EvaluatedDecision(
        value["decisionKey"],
        value["decisionId"],
        value["decisionName"],
        value["decisionVersion"],
        value["decisionType"],
        value["decisionOutput"],
        tuple(EvaluatedInput(each["inputId"], each["inputName"], each["inputValue"]) for each in value["evaluatedInputs"]),
        tuple(_matched_rule(each) for each in value["matchedRules"]),
    )


def _matched_rule(value: dict[str, Any]) -> MatchedRule:
    outputs = (EvaluatedOutput(each["outputId"], each["outputName"], each["outputValue"]) for each in value["evaluatedOutputs"])
    return MatchedRule(value["ruleId"], value["ruleIndex"], tuple(outputs))
