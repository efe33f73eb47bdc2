"""What is wrong, or merely doubtful, with a model: shown at its element."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from services.modelling.model_kind import ModelKind


class Severity(StrEnum):
    """An error refuses the deployment; a warning is advice."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark about one place; `element_id` is empty where the file as a whole is at fault."""

    message: str
    severity: Severity = Severity.ERROR
    element_id: str = ""
    # Leads from the element to the exact spot: `task > extensionElements > taskDefinition`.
    path: str = ""
    # 0 where it is not known.
    line: int = 0
    resource_name: str = ""


class ModelLinter(Protocol):
    """Reads a model as a deployment would, and says what it found; it never raises for what is in the file."""

    def lint(self, kind: ModelKind, resource_name: str, content: bytes) -> tuple[Finding, ...]: ...
