"""Decisions asked by the program itself: Zeebe's EvaluateDecision, or the shipped file where no gateway answers."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import structlog

from engine.dmn import DecisionModel, DmnError
from engine.dmn.files import read_dmn_file
from services.llm import PolicyUnavailable, Routes, read_routes
from zeebe.client import ZeebeClient
from zeebe.errors import ZeebeError

log = structlog.get_logger(__name__)

# The same question is put again after so long: a new version of the table counts from then on.
REMEMBERED_SECONDS = 30.0
MOST_REMEMBERED = 1_000


@dataclass
class Decisions:
    """Output and name of a decision. With `client` None, or while it is away, the file decides."""

    file: Path
    client: ZeebeClient | None = None
    _known: dict[str, tuple[float, Any, str]] = field(default_factory=dict)

    async def evaluate(self, decision_id: str, variables: Mapping[str, Any]) -> tuple[Any, str]:
        """Raises `PolicyUnavailable`."""
        key = f"{decision_id} {msgspec.json.encode(variables, order='sorted').decode()}"
        known = self._known.get(key)
        if known is not None and known[0] > time.monotonic():
            return known[1], known[2]
        output, name = await self._asked(decision_id, variables)
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[key] = (time.monotonic() + REMEMBERED_SECONDS, output, name)
        return output, name

    async def _asked(self, decision_id: str, variables: Mapping[str, Any]) -> tuple[Any, str]:
        if self.client is None:
            return self._from_file(decision_id, variables)
        try:
            answer = await self.client.evaluate_decision(decision_id, variables)
        except ZeebeError as error:
            log.warning("decision_from_file", decision_id=decision_id, reason=error.reason)
            return self._from_file(decision_id, variables)
        if answer.failure_message:
            raise PolicyUnavailable(f"{decision_id}: {answer.failure_message}")
        return msgspec.json.decode(answer.output), f"{decision_id} {answer.decision_key}"

    def _from_file(self, decision_id: str, variables: Mapping[str, Any]) -> tuple[Any, str]:
        try:
            evaluation = self._model.evaluate(decision_id, dict(variables))
        except (DmnError, OSError) as error:
            raise PolicyUnavailable(f"{self.file.name}: {error}") from error
        if evaluation.failure_message:
            raise PolicyUnavailable(f"{decision_id}: {evaluation.failure_message}")
        return evaluation.output, f"{decision_id} {self.file.name}"

    @cached_property
    def _model(self) -> DecisionModel:
        return read_dmn_file(self.file)


@dataclass(frozen=True, slots=True)
class DmnModelPolicy:
    """`ModelPolicy` by `decisions/model_policy.dmn`."""

    decisions: Decisions

    async def routes(self, *, task: str, sensitivity: str, tenant: str, budget_left: float) -> Routes:
        case = {"task": task, "sensitivity": sensitivity, "tenant": tenant, "budget_left": budget_left}
        output, name = await self.decisions.evaluate("model_policy", case)
        return read_routes(output, name)
