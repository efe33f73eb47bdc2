"""The report of an import: what was done to which element, and what is left for a person."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    CONVERTED = "converted"
    PERSON = "needs a person"
    DROPPED = "has no meaning on Zeebe"


@dataclass(frozen=True, slots=True)
class Note:
    element_id: str
    element_type: str
    outcome: Outcome
    what: str
    why: str = ""

    def __str__(self) -> str:
        reason = f": {self.why}" if self.why else ""
        return f"{self.outcome}: {self.element_type} '{self.element_id}' {self.what}{reason}"
