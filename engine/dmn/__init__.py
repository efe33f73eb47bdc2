"""DMN, the standard for decisions, with Camunda's semantics.

    >>> from engine.dmn import read_dmn
    >>> model = read_dmn(content, "ticket_routing.dmn")
    >>> evaluation = model.evaluate("ticket_routing", {"category": "billing", "priority": 2})
    >>> evaluation.output
    'finance'

A file that cannot be deployed raises `InvalidDmn`, whose findings name the file, the decision, the rule, the cell and the line.
An evaluation that fails says so in its `failure_message`, in Zeebe's words; its audit tells which rules matched.
"""

from engine.dmn.decision_model import DecisionModel, read_dmn
from engine.dmn.evaluation import DecisionEvaluation
from engine.dmn.findings import DecisionFailed, DmnError, Finding, InvalidDmn, UnknownDecision
from engine.dmn.run import DecisionWarning, EvaluatedDecision, EvaluatedInput, EvaluatedOutput, MatchedRule
from engine.dmn.younger_functions import functions_beyond_zeebe
from engine.dmn.zeebe_limits import refused_by_zeebe
from engine.dmn.zeebe_schema import refused_by_schema

__all__ = [
    "DecisionEvaluation",
    "DecisionFailed",
    "DecisionModel",
    "DecisionWarning",
    "DmnError",
    "EvaluatedDecision",
    "EvaluatedInput",
    "EvaluatedOutput",
    "Finding",
    "InvalidDmn",
    "MatchedRule",
    "UnknownDecision",
    "functions_beyond_zeebe",
    "read_dmn",
    "refused_by_schema",
    "refused_by_zeebe",
]
