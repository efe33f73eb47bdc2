"""The report of an import: what was done to which element, and what is left for a person."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    CONVERTED = "converted"
    PERSON = "needs a person"
    DROPPED = "has no meaning on Zeebe"


@dataclass(frozen=True, slots=True)
class Note:
    """`source` is what was taken out, as it stood, where that is more than a few words."""

    element_id: str
    element_type: str
    outcome: Outcome
    what: str
    why: str = ""
    source: str = ""

    def __str__(self) -> str:
        reason = f": {self.why}" if self.why else ""
        lines = "".join(f"\n      | {line}" for line in self.source.splitlines())
        return f"{self.outcome}: {self.element_type} '{self.element_id}' {self.what}{reason}{lines}"


@dataclass(frozen=True, slots=True)
class MadeForm:
    """A form that stood inside a process, as a file of its own."""

    form_id: str
    content: bytes

    @property
    def file_name(self) -> str:
        return f"{self.form_id}.form"
