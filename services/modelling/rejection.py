"""The engine's refusal of a deployment, taken apart into findings at their elements.

Zeebe answers in one text:

    Expected to deploy new resources, but encountered the following errors:
    'order.bpmn': - Element: check_credit > extensionElements > taskDefinition
        - ERROR: Attribute 'type' must be present and not empty
    'rates.dmn': FEEL unary-tests: failed to parse …
"""

import re
from dataclasses import dataclass, field

from services.modelling.findings import Finding, Severity

HEADING = re.compile(r"^.*?encountered the following errors:\s*", re.DOTALL)
RESOURCE = re.compile(r"^'(?P<name>[^']+)':\s*(?P<rest>.*)$")
ELEMENT = re.compile(r"^- Element:\s*(?P<path>.+?)\s*$")
REMARK = re.compile(r"^\s+- (?P<severity>ERROR|WARNING):\s*(?P<message>.*)$")
LINE = re.compile(r"^(?:Error: )?Line=(?P<line>\d+):\s*(?P<message>.*)$")


@dataclass
class _Reader:
    """Reads line by line; a line that belongs to none of the forms continues the remark before it."""

    findings: list[Finding] = field(default_factory=list)
    resource_name: str = ""
    path: str = ""

    def read(self, line: str) -> None:
        if resource := RESOURCE.match(line):
            self.resource_name, self.path, line = resource["name"], "", resource["rest"]
        if not line.strip():
            return
        if element := ELEMENT.match(line):
            self.path = element["path"]
        elif remark := REMARK.match(line):
            self._add(remark["message"], Severity(remark["severity"].lower()))
        elif numbered := LINE.match(line):
            self._add(numbered["message"], line=int(numbered["line"]))
        elif self.findings and self.path:
            self._continue(line.strip())
        else:
            self._add(line.strip())

    def _add(self, message: str, severity: Severity = Severity.ERROR, line: int = 0) -> None:
        element_id = self.path.partition(" > ")[0].strip()
        self.findings.append(Finding(message, severity, element_id, self.path, line, self.resource_name))

    def _continue(self, text: str) -> None:
        last = self.findings[-1]
        self.findings[-1] = Finding(
            f"{last.message}\n{text}", last.severity, last.element_id, last.path, last.line, last.resource_name
        )


def findings_of_rejection(reason: str) -> tuple[Finding, ...]:
    """The findings in a refusal; a text of another form is one finding about the whole deployment."""
    reader = _Reader()
    for line in HEADING.sub("", reason, count=1).splitlines():
        reader.read(line)
    return tuple(reader.findings) or (Finding(reason),)
