"""What is wrong, or merely doubtful, with a BPMN file: named, placed and worded so that a designer can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby


class Severity(StrEnum):
    """An error refuses the deployment; a warning is advice."""

    ERROR = "ERROR"
    WARNING = "WARNING"


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark about one place.

    `element_id` is the nearest element that has an id, which is where a page shows the remark; `path` leads from there to the
    exact spot, as Zeebe writes it (`Element: task > extensionElements > taskDefinition`). It is empty where the file as a
    whole is at fault.
    """

    resource_name: str
    element_id: str
    element_type: str
    line: int
    message: str
    severity: Severity = Severity.ERROR
    path: str = ""

    def __str__(self) -> str:
        place = f"{self.resource_name}:{self.line}" if self.line else self.resource_name
        element = f" {self.element_type} '{self.element_id}'" if self.element_id else ""
        return f"{place}:{element} {self.message}"


class InvalidBpmn(Exception):
    """A file that cannot be deployed; its text is Zeebe's rejection of the deployment."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(self.findings)

    @property
    def detail(self) -> str:
        """The part of the rejection about this file, for a deployment of several."""
        return "\n".join(
            f"'{resource_name}': {_by_place(list(findings))}"
            for resource_name, findings in groupby(self.findings, lambda finding: finding.resource_name)
        )

    def __str__(self) -> str:
        return f"Expected to deploy new resources, but encountered the following errors:\n{self.detail}"


def _by_place(findings: list[Finding]) -> str:
    if not findings[0].path:
        return "\n".join(f"Error: Line={finding.line}: {finding.message}" for finding in findings)
    lines: list[str] = []
    for path, group in groupby(findings, lambda finding: finding.path):
        lines.append(f"- {path}")
        lines.extend(f"    - {finding.severity}: {finding.message}" for finding in group)
    return "\n".join(lines) + "\n"
