"""The outcome of evaluating a decision, and its form in Zeebe's DECISION_EVALUATION record."""

import json
from dataclasses import dataclass

from engine.dmn.run import DecisionWarning, EvaluatedDecision
from engine.feel import Value, to_json


@dataclass(slots=True)
class DecisionEvaluation:
    """What came of it. A failed evaluation has a message and the id of the decision that failed; its output is null."""

    decision_id: str
    decision_name: str
    output: Value
    evaluated_decisions: tuple[EvaluatedDecision, ...] = ()
    failure_message: str = ""
    failed_decision_id: str = ""
    warnings: tuple[DecisionWarning, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether there is no answer."""
        return bool(self.failed_decision_id)

    def record_fields(self) -> dict[str, object]:
        """The fields of the record's value; keys, versions and tenant of each decision are the caller's to add."""
        return {
            "decisionId": self.decision_id,
            "decisionName": self.decision_name,
            "decisionOutput": json_text(self.output),
            "evaluatedDecisions": [_line(line) for line in self.evaluated_decisions],
            "evaluationFailureMessage": self.failure_message,
            "failedDecisionId": self.failed_decision_id,
        }


def json_text(value: Value) -> str:
    """A value as records carry it: JSON text, without a space between its tokens."""
    return json.dumps(to_json(value), ensure_ascii=False, separators=(",", ":"))


def _line(line: EvaluatedDecision) -> dict[str, object]:
    return {
        "decisionId": line.id,
        "decisionName": line.name,
        "decisionType": line.type,
        "decisionOutput": json_text(line.output),
        "evaluatedInputs": [
            {"inputId": one.id, "inputName": one.name, "inputValue": json_text(one.value)} for one in line.inputs
        ],
        "matchedRules": [
            {
                "ruleId": rule.id,
                "ruleIndex": rule.index,
                "evaluatedOutputs": [
                    {"outputId": one.id, "outputName": one.name, "outputValue": json_text(one.value)} for one in rule.outputs
                ],
            }
            for rule in line.matched_rules
        ],
    }
