"""What is wrong with a DMN file, said so that its designer finds the place."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong: in which file, where in it, what, and what to do."""

    resource_name: str
    message: str
    element_id: str = ""
    # Number of the rule in its table, from 1; 0 where the finding is in no rule.
    rule: int = 0
    # The column as the designer sees it: its label, name or expression.
    cell: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = [f"{self.resource_name}:{self.line}" if self.line else self.resource_name]
        if self.element_id:
            place.append(f"'{self.element_id}'")
        if self.rule:
            place.append(f"rule {self.rule}")
        if self.cell:
            place.append(f"cell '{self.cell}'")
        return f"{', '.join(place)}: {self.message}"


class DmnError(Exception):
    """Base of every error of this package."""


class InvalidDmn(DmnError):
    """The file cannot be deployed; `findings` says why, one by one."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = tuple(findings)


class UnknownDecision(DmnError):
    """The model has no decision of this id."""

    def __init__(self, decision_id: str, known: Sequence[str]) -> None:
        super().__init__(f"no decision '{decision_id}'; the file has {', '.join(map(repr, known)) or 'none'}")
        self.decision_id = decision_id


class DecisionFailed(DmnError):
    """A decision cannot answer; the message says why in Zeebe's words where Zeebe has words for it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
