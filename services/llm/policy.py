"""Who may be asked: the port behind which `decisions/model_policy.dmn` stands."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Route(StrEnum):
    """A step of the chain, in words that the decision table uses."""

    HOSTED = "hosted"
    LOCAL = "local"
    CLASSIFIER = "classifier"
    RULES = "rules"
    PERSON = "person"


MODELS = frozenset({Route.HOSTED, Route.LOCAL})


@dataclass(frozen=True, slots=True)
class Routes:
    """The steps in their order. `decision_id` names the evaluation: `model_policy` and the key of its version."""

    steps: tuple[Route, ...]
    decision_id: str = ""


class PolicyUnavailable(Exception):
    """The decision cannot be made now, or its table answers something that is no list of routes."""


class ModelPolicy(Protocol):
    async def routes(self, *, task: str, sensitivity: str, tenant: str, budget_left: float) -> Routes:
        """`budget_left` is a share: 1 untouched, 0 used up, below 0 overdrawn. Raises `PolicyUnavailable`."""
        ...


@dataclass(frozen=True, slots=True)
class FixedPolicy:
    """The same routes for everybody."""

    steps: tuple[Route, ...]

    async def routes(self, *, task: str, sensitivity: str, tenant: str, budget_left: float) -> Routes:  # noqa: ARG002 -- the port's
        return Routes(self.steps, "fixed")


def read_routes(output: object, decision_id: str) -> Routes:
    """The output of the decision as routes. Raises `PolicyUnavailable`."""
    if not isinstance(output, list) or not output:
        raise PolicyUnavailable('model_policy answers no list of routes: its output is a list such as ["hosted", "person"]')
    try:
        return Routes(tuple(Route(step) for step in output), decision_id)
    except ValueError as error:
        known = ", ".join(Route)
        raise PolicyUnavailable(f"model_policy names a route that does not exist; there are {known}") from error
