"""What is open in an engine, told from its records alone: the jobs, incidents, messages, timers and instances of a scenario."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

_JOB_ENDS = {"COMPLETED", "CANCELED"}
_TIMER_ENDS = {"TRIGGERED", "CANCELED"}


class Tracker:
    """Feed it every record; it numbers things by element in order of appearance."""

    def __init__(self) -> None:
        self.jobs: dict[str, list[int]] = defaultdict(list)
        self.job_values: dict[int, dict[str, Any]] = {}
        self.open_jobs: set[int] = set()
        self.incidents: dict[str, list[int]] = defaultdict(list)
        self.open_incidents: dict[int, dict[str, Any]] = {}
        self.instances: dict[str, list[int]] = defaultdict(list)
        self.open_instances: dict[int, str] = {}
        self.elements: dict[str, list[int]] = defaultdict(list)
        self.open_elements: dict[int, dict[str, Any]] = {}
        self.definitions: dict[str, int] = {}
        self.open_timers: dict[int, dict[str, Any]] = {}
        self.subscriptions: dict[tuple[int, str], dict[str, Any]] = {}
        self.now = 0

    def feed(self, records: Iterable[dict[str, Any]]) -> None:
        for record in records:
            self.now = max(self.now, record["timestamp"])
            if record["recordType"] == "EVENT":
                take = getattr(self, f"_{record['valueType'].lower()}", None)
                if take is not None:
                    take(record["intent"], record["key"], record["value"])

    def _job(self, intent: str, key: int, value: dict[str, Any]) -> None:
        if intent == "CREATED":
            self.jobs[value["elementId"]].append(key)
            self.open_jobs.add(key)
        if intent in _JOB_ENDS:
            self.open_jobs.discard(key)
        self.job_values[key] = value

    def _incident(self, intent: str, key: int, value: dict[str, Any]) -> None:
        if intent == "CREATED":
            self.incidents[value["elementId"]].append(key)
            self.open_incidents[key] = value
        else:
            self.open_incidents.pop(key, None)

    def _process_instance(self, intent: str, key: int, value: dict[str, Any]) -> None:
        if intent == "ELEMENT_ACTIVATING":
            self.elements[value["elementId"]].append(key)
            self.open_elements[key] = value
            if value["bpmnElementType"] == "PROCESS":
                self.instances[value["bpmnProcessId"]].append(key)
                self.open_instances[key] = value["bpmnProcessId"]
        if intent in {"ELEMENT_COMPLETED", "ELEMENT_TERMINATED"}:
            self.open_elements.pop(key, None)
            self.open_instances.pop(key, None)

    def _process(self, intent: str, key: int, value: dict[str, Any]) -> None:
        if intent == "CREATED":
            self.definitions[value["bpmnProcessId"]] = key

    def _timer(self, intent: str, key: int, value: dict[str, Any]) -> None:
        if intent == "CREATED":
            self.open_timers[key] = value
        if intent in _TIMER_ENDS:
            self.open_timers.pop(key, None)

    def _process_message_subscription(self, intent: str, _key: int, value: dict[str, Any]) -> None:
        place = (value["elementInstanceKey"], value["messageName"])
        if intent == "CREATED":
            self.subscriptions[place] = value
        if intent == "DELETED" or (intent == "CORRELATED" and value["interrupting"]):
            self.subscriptions.pop(place, None)
