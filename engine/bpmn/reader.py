"""Reading: bytes of a file in, executable processes or `InvalidBpmn` out; and the lint that never raises."""

from engine.bpmn import advice, rules
from engine.bpmn.building.process import build_process
from engine.bpmn.file import BpmnFile
from engine.bpmn.findings import Finding, InvalidBpmn, Severity
from engine.bpmn.model import ProcessDefinition
from engine.bpmn.schema_check import schema_findings
from engine.bpmn.xml_tree import DEFAULT_LIMITS, Limits, parse
from engine.bpmn.younger_functions import younger_functions
from engine.feel.availability import YoungerFunction


def read_bpmn(content: bytes, resource_name: str, limits: Limits = DEFAULT_LIMITS) -> tuple[ProcessDefinition, ...]:
    """The executable processes of a file in document order; other pools are for people and are left alone."""
    file = _open(content, resource_name, limits)
    errors = tuple(rules.check(file))
    if errors:
        raise InvalidBpmn(errors)
    return tuple(build_process(process, file) for process in file.executable_processes)


def read_deployed(content: bytes, resource_name: str) -> tuple[ProcessDefinition, ...]:
    """The executable processes of a file that was deployed when the rules were others."""
    file = _open(content, resource_name, DEFAULT_LIMITS)
    return tuple(build_process(process, file) for process in file.executable_processes)


def lint(content: bytes, resource_name: str, limits: Limits = DEFAULT_LIMITS) -> tuple[Finding, ...]:
    """All that is wrong or doubtful; errors are exactly those for which a deployment would be refused."""
    try:
        file = _open(content, resource_name, limits)
    except InvalidBpmn as invalid:
        return invalid.findings
    younger = (file.finding(node, called.message, Severity.WARNING) for node, called in younger_functions(file))
    return (*rules.check(file), *advice.advise(file), *younger)


def functions_beyond_zeebe(content: bytes, resource_name: str, limits: Limits = DEFAULT_LIMITS) -> tuple[YoungerFunction, ...]:
    """The FEEL functions that Zeebe 8.5 does not know, in document order; none where the file is not valid."""
    try:
        return tuple(called for _, called in younger_functions(_open(content, resource_name, limits)))
    except InvalidBpmn:
        return ()


def _open(content: bytes, resource_name: str, limits: Limits) -> BpmnFile:
    root, tree = parse(content, resource_name, limits)
    findings = tuple(schema_findings(root, tree, resource_name))
    if findings:
        raise InvalidBpmn(findings)
    return BpmnFile(resource_name, root)
