"""The embedded gateway's rules behind the port `ModelLinter`."""

from dataclasses import dataclass

from engine import bpmn, dmn
from services.modelling import Finding, ModelKind, Severity
from services.modelling.form_check import check_form


@dataclass(frozen=True, slots=True)
class EngineLinter:
    """Findings as the embedded gateway would have them at a deployment, and its advice."""

    max_bytes: int

    def lint(self, kind: ModelKind, resource_name: str, content: bytes) -> tuple[Finding, ...]:
        if len(content) > self.max_bytes:
            return (Finding(f"the file has {len(content)} bytes; at most {self.max_bytes} can be deployed"),)
        match kind:
            case ModelKind.BPMN:
                return tuple(
                    Finding(each.message, Severity(each.severity.lower()), each.element_id, each.path, each.line, resource_name)
                    for each in bpmn.lint(content, resource_name)
                )
            case ModelKind.DMN:
                return _dmn_findings(resource_name, content)
            case ModelKind.FORM:
                return check_form(resource_name, content)


def _dmn_findings(resource_name: str, content: bytes) -> tuple[Finding, ...]:
    try:
        model = dmn.read_dmn(content, resource_name)
    except dmn.InvalidDmn as invalid:
        return tuple(
            Finding(each.message, element_id=each.element_id, path=_cell(each), line=each.line, resource_name=resource_name)
            for each in invalid.findings
        )
    return tuple(
        Finding(each.message, Severity.WARNING, each.element_id, line=each.line, resource_name=resource_name)
        for each in dmn.functions_beyond_zeebe(model.definitions)
    )


def _cell(finding: dmn.Finding) -> str:
    """Where in its table a finding stands."""
    rule = f"rule {finding.rule}" if finding.rule else ""
    return " > ".join(part for part in (rule, finding.cell) if part)
