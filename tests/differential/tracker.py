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
        # Deployed processes, decisions' graphs and forms by id, versions in order.
        self.resources: dict[str, list[int]] = defaultdict(list)
        # Definitions that start instances by themselves.
        self.self_starting: set[int] = set()
        self.message_starts: dict[tuple[int, str], dict[str, Any]] = {}
        self.user_tasks: dict[str, list[int]] = defaultdict(list)
        self.open_user_tasks: set[int] = set()
        self.open_timers: dict[int, dict[str, Any]] = {}
        self.subscriptions: dict[tuple[int, str], dict[str, Any]] = {}
        self.now = 0
        # Where in the log each creation by command was asked for, and the instances that have completed.
        self._creations: list[tuple[int, int]] = []
        self._completed: set[int] = set()

    def feed(self, records: Iterable[dict[str, Any]]) -> None:
        for record in records:
            self.now = max(self.now, record["timestamp"])
            if record["recordType"] == "COMMAND_REJECTION" and record["valueType"] == "TIMER":
                # It is due and stays so, but nothing comes of it.
                self.open_timers.pop(record["key"], None)
            if record["recordType"] == "EVENT":
                if record["valueType"] == "PROCESS_INSTANCE_CREATION":
                    self._creations.append((record["position"], record["value"]["processInstanceKey"]))
                take = getattr(self, f"_{record['valueType'].lower()}", None)
                if take is not None:
                    take(record["intent"], record["key"], record["value"])

    def is_completed(self, position: int) -> bool:
        """Whether the first instance created by a command after a position of the log has completed."""
        key = next((key for created, key in self._creations if created > position), None)
        return key in self._completed

    @property
    def orphans(self) -> list[str]:
        """Elements that still run in a scope that has ended: an engine that leaves any has lost its way."""
        return sorted(
            value["elementId"]
            for value in self.open_elements.values()
            if value["flowScopeKey"] >= 0 and value["flowScopeKey"] not in self.open_elements
        )

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
            if intent == "ELEMENT_COMPLETED" and key in self.open_instances:
                self._completed.add(key)
            self.open_elements.pop(key, None)
            self.open_instances.pop(key, None)

    def _process(self, intent: str, key: int, value: dict[str, Any]) -> None:
        if intent == "CREATED":
            self.resources[value["bpmnProcessId"]].append(key)
        if intent == "DELETED":
            self.self_starting.discard(value["processDefinitionKey"])

    def _decision_requirements(self, intent: str, key: int, value: dict[str, Any]) -> None:
        if intent == "CREATED":
            self.resources[value["decisionRequirementsId"]].append(key)

    def _form(self, intent: str, key: int, value: dict[str, Any]) -> None:
        if intent == "CREATED":
            self.resources[value["formId"]].append(key)

    def _user_task(self, intent: str, key: int, value: dict[str, Any]) -> None:
        if intent == "CREATING":
            self.user_tasks[value["elementId"]].append(key)
            self.open_user_tasks.add(key)
        if intent in {"COMPLETED", "CANCELED"}:
            self.open_user_tasks.discard(key)

    def _message_start_event_subscription(self, intent: str, _key: int, value: dict[str, Any]) -> None:
        place = (value["processDefinitionKey"], value["startEventId"])
        if intent == "CREATED":
            self.message_starts[place] = value
            self.self_starting.add(value["processDefinitionKey"])
        if intent == "DELETED":
            self.message_starts.pop(place, None)

    def _signal_subscription(self, intent: str, _key: int, value: dict[str, Any]) -> None:
        if intent == "CREATED" and value["catchEventInstanceKey"] < 0:
            self.self_starting.add(value["processDefinitionKey"])

    def _timer(self, intent: str, key: int, value: dict[str, Any]) -> None:
        if intent == "CREATED":
            self.open_timers[key] = value
            if value["elementInstanceKey"] < 0:
                self.self_starting.add(value["processDefinitionKey"])
        if intent in _TIMER_ENDS:
            self.open_timers.pop(key, None)

    def _process_message_subscription(self, intent: str, _key: int, value: dict[str, Any]) -> None:
        place = (value["elementInstanceKey"], value["messageName"])
        if intent == "CREATED":
            self.subscriptions[place] = value
        if intent == "DELETED" or (intent == "CORRELATED" and value["interrupting"]):
            self.subscriptions.pop(place, None)
