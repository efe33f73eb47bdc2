"""What a test case can see: the record stream, folded into instances, jobs, tasks, variables and decisions."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from zeebe.records import Record

_ENDED = {"COMPLETED", "TERMINATED"}


@dataclass(slots=True)
class SeenElement:
    """An element instance; a process instance is the one whose key is `process_instance_key`."""

    key: int
    process_instance_key: int
    bpmn_process_id: str
    element_id: str
    # ACTIVATED, COMPLETED or TERMINATED; "" while it is on its way there.
    state: str = ""
    completed_at: int = -1

    @property
    def is_process(self) -> bool:
        return self.key == self.process_instance_key


@dataclass(slots=True)
class SeenThing:
    """A job, user task, incident or message subscription: its newest value, and whether it is over."""

    key: int
    value: dict[str, Any]
    intent: str = ""
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class SeenDecision:
    """One evaluation of one decision; `matched_rules` are (index from 1, rule id)."""

    decision_id: str
    name: str
    output: Any
    matched_rules: tuple[tuple[int, str], ...]


@dataclass(slots=True)
class Observed:
    """Everything that happened in one test case, up to a position."""

    position: int = -1
    elements: dict[int, SeenElement] = field(default_factory=dict)
    jobs: dict[int, SeenThing] = field(default_factory=dict)
    user_tasks: dict[int, SeenThing] = field(default_factory=dict)
    incidents: dict[int, SeenThing] = field(default_factory=dict)
    subscriptions: dict[int, SeenThing] = field(default_factory=dict)
    # (scope key, name) -> value
    variables: dict[tuple[int, str], Any] = field(default_factory=dict)
    decisions: list[SeenDecision] = field(default_factory=list)
    # (bpmn process id, element or flow id)
    reached: set[tuple[str, str]] = field(default_factory=set)
    # Keys of messages that found somebody.
    correlated: set[int] = field(default_factory=set)

    def take(self, records: Iterable[Record]) -> None:
        for record in records:
            self.position = record.position
            if record.is_event and (fold := _FOLDS.get(record.value_type)) is not None:
                fold(self, record)

    def process_instances(self, bpmn_process_id: str) -> list[SeenElement]:
        """In the order of their creation."""
        return [one for one in self.elements.values() if one.is_process and one.bpmn_process_id == bpmn_process_id]

    def inside(self, process_instance_key: int) -> Iterator[SeenElement]:
        """The element instances of a process instance, without itself."""
        for one in self.elements.values():
            if one.process_instance_key == process_instance_key and not one.is_process:
                yield one

    def variables_of(self, scope_key: int) -> dict[str, Any]:
        return {name: value for (scope, name), value in self.variables.items() if scope == scope_key}

    def _process_instance(self, record: Record) -> None:
        value, intent = record.value, record.intent
        place = (value["bpmnProcessId"], value["elementId"])
        if intent == "SEQUENCE_FLOW_TAKEN":
            self.reached.add(place)
            return
        state = intent.removeprefix("ELEMENT_")
        if state not in {"ACTIVATING", "ACTIVATED", *_ENDED}:
            return
        element = self.elements.get(record.key)
        if element is None:
            element = SeenElement(record.key, value["processInstanceKey"], *place)
            self.elements[record.key] = element
        if state != "ACTIVATING":
            element.state = state
        if state == "ACTIVATED":
            self.reached.add(place)
        if state == "COMPLETED":
            element.completed_at = record.position

    def _job(self, record: Record) -> None:
        known = self.jobs.get(record.key)
        element_id = record.value["elementId"] if known is None else known.value["elementId"]
        _put(self.jobs, record, over={"COMPLETED", "CANCELED", "ERROR_THROWN"})
        # Of an error that nobody caught Zeebe writes the element as NO_CATCH_EVENT_FOUND.
        self.jobs[record.key].value["elementId"] = element_id

    def _user_task(self, record: Record) -> None:
        _put(self.user_tasks, record, over={*_ENDED, "CANCELED"})

    def _incident(self, record: Record) -> None:
        _put(self.incidents, record, over={"RESOLVED"})
        if (element := self.elements.get(record.value["elementInstanceKey"])) is not None:
            # Zeebe 8.5.8 writes NO_CATCH_EVENT_FOUND here, too.
            self.incidents[record.key].value["elementId"] = element.element_id
        # The resolution gives the job back to the workers, and no record of the job says so.
        if record.intent == "RESOLVED" and (job := self.jobs.get(record.value["jobKey"])) is not None:
            job.is_open = job.intent not in {"COMPLETED", "CANCELED"}

    def _subscription(self, record: Record) -> None:
        over = {"DELETED"} | ({"CORRELATED"} if record.value.get("isInterrupting") else set())
        _put(self.subscriptions, record, over=over)
        self._start_subscription(record)

    def _start_subscription(self, record: Record) -> None:
        if record.intent == "CORRELATED":
            self.correlated.add(record.value["messageKey"])

    def _variable(self, record: Record) -> None:
        self.variables[record.value["scopeKey"], record.value["name"]] = json.loads(record.value["value"])

    def _decision(self, record: Record) -> None:
        for decision in record.value["evaluatedDecisions"]:
            rules = tuple((rule["ruleIndex"], rule["ruleId"]) for rule in decision["matchedRules"])
            output = json.loads(decision["decisionOutput"])
            self.decisions.append(SeenDecision(decision["decisionId"], decision["decisionName"], output, rules))


def _put(things: dict[int, SeenThing], record: Record, *, over: set[str]) -> None:
    thing = things.setdefault(record.key, SeenThing(record.key, record.value))
    thing.value, thing.intent = record.value, record.intent
    thing.is_open = record.intent not in over


_FOLDS = {
    "PROCESS_INSTANCE": Observed._process_instance,  # noqa: SLF001 - the class's own table of its folds
    "JOB": Observed._job,  # noqa: SLF001
    "USER_TASK": Observed._user_task,  # noqa: SLF001
    "INCIDENT": Observed._incident,  # noqa: SLF001
    "PROCESS_MESSAGE_SUBSCRIPTION": Observed._subscription,  # noqa: SLF001
    "MESSAGE_START_EVENT_SUBSCRIPTION": Observed._start_subscription,  # noqa: SLF001
    "VARIABLE": Observed._variable,  # noqa: SLF001
    "DECISION_EVALUATION": Observed._decision,  # noqa: SLF001
}
