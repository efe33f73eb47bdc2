"""The rules by which Zeebe 8.5 refuses a file, a module for each kind of element; `check` applies them all."""

from collections.abc import Iterator

from engine.bpmn.file import BpmnFile
from engine.bpmn.findings import Finding
from engine.bpmn.rules import (
    activities,
    compensation,
    events,
    expressions,
    extensions,
    gateways,
    listeners,
    loops,
    references,
    scopes,
    supported,
    timers,
)
from engine.bpmn.rules.rule import Rule

_RULES: tuple[Rule, ...] = (
    supported.check,
    scopes.check,
    activities.check,
    gateways.check,
    events.check,
    compensation.check,
    references.check,
    extensions.check,
    listeners.check,
    expressions.check,
    timers.check,
)


def check(file: BpmnFile) -> Iterator[Finding]:
    """Every error of the executable processes, in document order."""
    if not file.executable_processes:
        yield file.finding(file.root, "Must contain at least one executable process")
        return
    found: list[Finding] = []
    nodes = [node for process in file.executable_processes for node in references.reached(process, file)]
    for node in (*nodes, *references.named(file)):
        for rule in _RULES:
            found.extend(file.finding(place, message) for place, message in rule(node, file))
    unique = dict.fromkeys(found)
    yield from unique
    if not unique:
        for process in file.executable_processes:
            yield from loops.straight_through(process, file)
