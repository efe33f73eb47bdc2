"""What operators do in a scenario: deploy and delete, modify and migrate, ask decisions, and name things that are not there."""

import random
from typing import Any

from lxml import etree

from tests.bpmn_builder import BPMN
from tests.differential.scenario import Scenario, Step
from tests.differential.tracker import Tracker

_NOT_ELEMENTS = {"process", "association", "extensionElements", "multiInstanceLoopCharacteristics"}

# Values that are easily changed on the way: numbers, letters and depths that some formats do not have.
_ODD_VALUES: tuple[Any, ...] = (
    *(0.1, 1e300, -0.5, 9_007_199_254_740_993, 1e-7, 2.0, -0.0, True),
    *("", "Grüße, мир ✓ 😀", 'a "quoted" \\ text', "line\nline", "2020-01-01", "  spaces "),
    *([], {}, [None, [1, [2, []]]], {"a b": {"c-d": [1.50, None]}, "": 1}, {"o": {"p": {"q": "deep"}}}),
)

type Choices = list[tuple[Step, float]]


class Interventions:
    """A dice and the scenario it is thrown for."""

    def __init__(self, dice: random.Random, scenario: Scenario, second: dict[str, str], *, creates: bool) -> None:
        self._random = dice
        self._scenario = scenario
        self._second = second
        self._creates = creates
        self._created = 0
        self._deployed = 1
        self._element_ids = _element_ids(scenario)
        self._message_names = _message_names(scenario)

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def _one(self, *choices: Any) -> Any:
        return self._random.choice(choices)

    def _taken(self, step: Step) -> None:
        self._deployed += step.action == "deploy"

    def _interventions(self, tracker: Tracker) -> Choices:
        return [
            *self._deployments(tracker),
            *self._decisions(),
            *self._modifications(tracker),
            *self._migrations(tracker),
            *self._nothing_there(),
        ]

    def _deployments(self, tracker: Tracker) -> Choices:
        choices: Choices = []
        if self._deployed == 1 and (tracker.open_instances or not self._creates):
            choices.append((Step("deploy", arguments={"resources": self._second}), 0.6 if self._creates else 1.5))
            choices.append((Step("deploy", arguments={"resources": self._scenario.resources}), 0.05))
        if self._deployed == 2:
            choices.append((Step("create", arguments={"process": self._scenario.name, "variables": self._variables()}), 0.8))
        for name, keys in tracker.resources.items():
            choices.append((Step("delete", name, self._random.randrange(len(keys))), 0.05))
        return choices

    def _decisions(self) -> Choices:
        if not any(name.endswith(".dmn") for name in self._scenario.resources):
            return []
        name = f"{self._scenario.name}_{self._one('decision', 'decision', 'base', 'nothing')}"
        variables = self._one(self._variables(), {})
        return [(Step("evaluate", arguments={"decision": name, "variables": variables}), 1.0)]

    def _modifications(self, tracker: Tracker) -> Choices:
        choices: Choices = []
        for process, keys in tracker.instances.items():
            for nth, key in enumerate(keys):
                if key in tracker.open_instances:
                    choices.append((Step("modify", process, nth, self._modification(tracker, key)), 0.9))
        return choices

    def _modification(self, tracker: Tracker, instance: int) -> dict[str, Any]:
        running = [
            (value["elementId"], tracker.elements[value["elementId"]].index(key))
            for key, value in tracker.open_elements.items()
            if value["processInstanceKey"] == instance and value["bpmnElementType"] != "PROCESS"
        ]
        arguments: dict[str, Any] = {}
        if running and self._chance(0.6):
            arguments["terminate"] = [
                list(place) for place in self._random.sample(running, min(len(running), self._one(1, 1, 2)))
            ]
        if not arguments or self._chance(0.7):
            arguments["activate"] = [self._begin(running) for _ in range(self._one(1, 1, 2))]
        return arguments

    def _begin(self, running: list[tuple[str, int]]) -> dict[str, Any]:
        begin: dict[str, Any] = {"element": self._random.choice(self._element_ids)}
        if running and self._chance(0.15):
            begin["ancestor"] = list(self._random.choice(running))
        if self._chance(0.3):
            scope = self._one("", begin["element"], self._scenario.name, self._random.choice(self._element_ids))
            begin["variables"] = [{"variables": {"n": 3, "modified": True}, "scope": scope}]
        return begin

    def _migrations(self, tracker: Tracker) -> Choices:
        choices: Choices = []
        if len(tracker.resources.get(self._scenario.name, ())) < 2:
            return choices
        for nth, key in enumerate(tracker.instances.get(self._scenario.name, ())):
            if key in tracker.open_instances:
                choices.append((Step("migrate", self._scenario.name, nth, self._plan(tracker, key)), 2.5))
        return choices

    def _plan(self, tracker: Tracker, instance: int) -> dict[str, Any]:
        active = sorted(
            {value["elementId"] for value in tracker.open_elements.values() if value["processInstanceKey"] == instance}
        )
        mapping = [[element, element] for element in active if element != self._scenario.name and not self._chance(0.06)]
        if self._chance(0.12):
            mapping.append([self._random.choice(self._element_ids), self._random.choice([*self._element_ids, "nowhere"])])
        return {"process": self._scenario.name, "to": self._one(1, 1, 1, 0, 9), "mapping": mapping}

    def _nothing_there(self) -> Choices:
        """Commands about keys and names nobody has."""
        key = {"key": 4_503_599_627_370_497}
        steps = [
            Step("complete", arguments=key),
            Step("fail", arguments=key | {"retries": 1}),
            Step("throw", arguments=key | {"code": "CODE_1"}),
            Step("retries", arguments=key | {"retries": 1}),
            Step("job_timeout", arguments=key | {"timeout": 1_000}),
            Step("cancel", arguments=key),
            Step("resolve", arguments=key),
            Step("set_variables", arguments=key | {"variables": {"n": 1}}),
            Step("delete", arguments=key),
            Step("modify", arguments=key | {"activate": [{"element": "start1"}]}),
            Step("migrate", arguments=key | {"process": self._scenario.name, "to": 0}),
            Step("create", arguments={"process": f"{self._scenario.name}_lost"}),
            Step("create", arguments={"process": self._scenario.name, "version": 7}),
            Step("evaluate", arguments={"decision": f"{self._scenario.name}_lost"}),
            Step("user_task", arguments=key | {"intent": "COMPLETE", "action": "done"}),
        ]
        return [(self._random.choice(steps), 0.12)]

    # Data

    def _variables(self) -> dict[str, Any]:
        return {
            "n": self._one(1, 5, 120),
            "flag": self._chance(0.5),
            "items": self._one([], [1], ["a", "b", "c"]),
            "key": "k1",
            "text": self._one("t", "t", "PT30S"),
        }

    def _some_variables(self) -> dict[str, Any]:
        if self._chance(0.4):
            return {"result": self._one(1, "r", None), "n": 7}
        if self._chance(0.1):
            return {"o": {"x": 1}}
        return {"result": self._one(*_ODD_VALUES)} if self._chance(0.15) else {}

    def _maybe(self) -> dict[str, Any]:
        return {"variables": {"thrown": 1}} if self._chance(0.4) else {}


def _message_names(scenario: Scenario) -> list[str]:
    root = etree.fromstring(scenario.resources[f"{scenario.name}.bpmn"].encode())
    names = [str(node.get("name")) for node in root.iter(f"{{{BPMN}}}message")]
    return [name for name in names if not name.startswith("=")]


def _element_ids(scenario: Scenario) -> list[str]:
    """The elements of the main process, and two names that are none or no element."""
    root = etree.fromstring(scenario.resources[f"{scenario.name}.bpmn"].encode())
    process = next(root.iter(f"{{{BPMN}}}process"))
    found = [node.get("id") for node in process.iter() if isinstance(node.tag, str) and node.get("id")]
    flows = [node.get("id") for node in process.iter(f"{{{BPMN}}}sequenceFlow")]
    triggers = [element_id for element_id in found if element_id.endswith("_trigger") or element_id.startswith("association")]
    elements = [element_id for element_id in found if element_id not in {*flows, *triggers, scenario.name}]
    return [*elements, *flows[:1], "nowhere"]
