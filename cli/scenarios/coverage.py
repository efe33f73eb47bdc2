"""What of the processes and decision tables was reached by at least one case, and the names of what was not."""

from collections.abc import Iterable
from dataclasses import dataclass

from cli.scenarios.models import Models
from cli.scenarios.observed import Observed
from engine.bpmn import ProcessDefinition
from engine.bpmn.model import ElementType


@dataclass(frozen=True, slots=True)
class Covered:
    """Of one process its elements or flows, or of one decision its rules: how many there are and which were not reached."""

    total: int
    missing: tuple[str, ...]

    @property
    def reached(self) -> int:
        return self.total - len(self.missing)

    @property
    def percent(self) -> float:
        # Rounded down, so that 100 means all.
        return 100.0 if not self.total else self.reached * 1000 // self.total / 10


@dataclass(frozen=True, slots=True)
class ProcessCoverage:
    bpmn_process_id: str
    elements: Covered
    flows: Covered


@dataclass(frozen=True, slots=True)
class DecisionCoverage:
    decision_id: str
    rules: Covered


@dataclass(frozen=True, slots=True)
class Coverage:
    processes: tuple[ProcessCoverage, ...]
    decisions: tuple[DecisionCoverage, ...]


def coverage(models: Models, cases: Iterable[Observed], *, whole: bool) -> Coverage:
    """Coverage by all cases together; unless `whole`, only of processes and decisions that some case touched."""
    reached: set[tuple[str, str]] = set()
    matched: set[tuple[str, str]] = set()
    evaluated: set[str] = set()
    for seen in cases:
        reached |= seen.reached
        evaluated |= {one.decision_id for one in seen.decisions}
        matched |= {(one.decision_id, rule_id) for one in seen.decisions for _index, rule_id in one.matched_rules}
    touched = {bpmn_process_id for bpmn_process_id, _element_id in reached}
    processes = (
        ProcessCoverage(
            one.bpmn_process_id,
            _covered(one.bpmn_process_id, (name for name in one.elements if name != one.bpmn_process_id), reached),
            _covered(one.bpmn_process_id, one.flows, reached | _by_event(one, reached)),
        )
        for one in models.processes.values()
        if whole or one.bpmn_process_id in touched
    )
    decisions = (
        DecisionCoverage(decision_id, _covered(decision_id, rules, matched))
        for decision_id, rules in models.tables.items()
        if whole or decision_id in evaluated
    )
    return Coverage(tuple(processes), tuple(decisions))


def _by_event(process: ProcessDefinition, reached: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Flows from event-based gateways to events that happened: Zeebe writes no record of its own about those flows."""
    owner = process.bpmn_process_id
    return {
        (owner, flow.id)
        for flow in process.flows.values()
        if process.elements[flow.source_id].type is ElementType.EVENT_BASED_GATEWAY and (owner, flow.target_id) in reached
    }


def _covered(owner: str, names: Iterable[str], reached: set[tuple[str, str]]) -> Covered:
    every = list(names)
    return Covered(len(every), tuple(name for name in every if (owner, name) not in reached))
