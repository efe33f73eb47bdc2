"""The engine's refusal of a deployment, taken apart into findings at their elements.

Zeebe answers in one text:

    Expected to deploy new resources, but encountered the following errors:
    'order.bpmn': - Element: check_credit > extensionElements > taskDefinition
        - ERROR: Attribute 'type' must be present and not empty
    'rates.dmn': FEEL unary-tests: failed to parse …

The embedded gateway names the place in a table, and shows it on the lines after that:

    rates.dmn:20, 'rate', rule 2, cell 'Years': FEEL unary-tests: failed to parse …
      >= = 5
         ^
"""

import re
from dataclasses import dataclass, field

from services.modelling.findings import Finding, Severity

HEADING = re.compile(r"^.*?encountered the following errors:\s*", re.DOTALL)
RESOURCE = re.compile(r"^'(?P<name>[^']+)':\s*(?P<rest>.*)$")
ELEMENT = re.compile(r"^- Element:\s*(?P<path>.+?)\s*$")
REMARK = re.compile(r"^\s+- (?P<severity>ERROR|WARNING):\s*(?P<message>.*)$")
PLACE = re.compile(
    r"^(?P<name>[^':]+):(?P<line>\d+)(?:, '(?P<element_id>[^']+)')?"
    r"(?:, (?P<rule>rule \d+))?(?:, cell '(?P<cell>.*?)')?: (?P<message>.*)$"
)
LINE = re.compile(r"^(?:Error: )?Line=(?P<line>\d+):\s*(?P<message>.*)$")


@dataclass
class _Reader:
    """Reads line by line; a line that belongs to none of the forms continues the remark before it."""

    findings: list[Finding] = field(default_factory=list)
    resource_name: str = ""
    path: str = ""
    # A remark whose place was named; what follows it belongs to it.
    is_placed: bool = False

    def read(self, line: str) -> None:
        if resource := RESOURCE.match(line):
            self.resource_name, self.path, self.is_placed, line = resource["name"], "", False, resource["rest"]
        if not line.strip():
            return
        if element := ELEMENT.match(line):
            self.path = element["path"]
        elif place := PLACE.match(line):
            self._add_in_table(place)
        elif remark := REMARK.match(line):
            self._add(remark["message"], Severity(remark["severity"].lower()))
        elif numbered := LINE.match(line):
            self._add(numbered["message"], line=int(numbered["line"]))
        elif self.findings and self.is_placed:
            self._continue(line)
        elif self.findings and self.path:
            self._continue(line.strip())
        else:
            self._add(line.strip())

    def _add(self, message: str, severity: Severity = Severity.ERROR, line: int = 0) -> None:
        element_id = self.path.partition(" > ")[0].strip()
        self.findings.append(Finding(message, severity, element_id, self.path, line, self.resource_name))

    def _add_in_table(self, place: re.Match[str]) -> None:
        self.resource_name, self.is_placed = place["name"], True
        path = " > ".join(part for part in (place["rule"], place["cell"]) if part)
        self.findings.append(
            Finding(place["message"], Severity.ERROR, place["element_id"] or "", path, int(place["line"]), place["name"])
        )

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
