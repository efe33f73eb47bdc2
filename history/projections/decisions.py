"""DECISION_EVALUATION: what a decision was given, which rules matched, what came out."""

import msgspec

from history.projections.batch import Batch, clean, key_or_none
from history.projections.rule import Rule, Rules
from history.projections.topics import DECISIONS
from history.rows import DecisionEvaluationRow
from history.values import DecisionEvaluationValue
from zeebe.records import Record


def evaluated(batch: Batch, record: Record, value: DecisionEvaluationValue) -> None:
    """EVALUATED or FAILED; a failed one keeps what was evaluated until then."""
    batch.decision_evaluations.put(
        DecisionEvaluationRow(
            record.key,
            value.tenant_id,
            record.intent,
            value.decision_key,
            value.decision_id,
            value.decision_name,
            value.decision_version,
            value.decision_requirements_key,
            key_or_none(value.process_instance_key),
            key_or_none(value.process_definition_key),
            key_or_none(value.element_instance_key),
            value.element_id,
            clean(value.decision_output),
            clean(value.evaluation_failure_message),
            value.failed_decision_id,
            msgspec.json.encode(value.evaluated_decisions).decode(),
            msgspec.json.encode(value.variables, order="sorted").decode(),
            record.timestamp,
        )
    )
    batch.topics[DECISIONS] = record.position


RULES: Rules = {
    ("DECISION_EVALUATION", "EVALUATED"): Rule(DecisionEvaluationValue, evaluated),
    ("DECISION_EVALUATION", "FAILED"): Rule(DecisionEvaluationValue, evaluated),
}
