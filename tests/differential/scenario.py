"""A scenario: files to deploy and steps to take, without any key, so that it means the same on every engine.

A step that needs a job, timer or incident names it by element and by its number in order of appearance.
"""

import json
import re
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Step:
    """One command. `element` and `nth` say which job or incident is meant, `arguments` the rest."""

    action: str
    element: str = ""
    nth: int = 0
    arguments: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        place = f" {self.element}[{self.nth}]" if self.element else ""
        return f"{self.action}{place} {self.arguments or ''}".strip()


@dataclass(frozen=True)
class Scenario:
    name: str
    resources: dict[str, str]
    steps: tuple[Step, ...] = ()
    # Stop and start the embedded gateway after each step.
    restarts: bool = False
    # How many times three hours after the start of time it begins; 0: when the one before it is over.
    turn: int = 0

    def renamed(self, alias: str) -> "Scenario":
        """The same scenario about processes of another name, so that it can be played again beside its first playing."""
        if alias == self.name:
            return self
        data = self.to_json()
        text = re.sub(rf"\b{self.name}(?![0-9A-Za-z])", alias, json.dumps(data))
        return Scenario.from_json(json.loads(text))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Scenario":
        steps = tuple(Step(**step) for step in data["steps"])
        return cls(data["name"], data["resources"], steps, data.get("restarts", False), data.get("turn", 0))
