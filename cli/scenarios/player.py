"""Plays a test case: instruction by instruction, letting the process come to rest after each.

Because the engine says when nothing is left to do, an assertion is checked once, at once, instead of being tried again for
seconds. Mocked job workers and conditional behaviours act whenever the process rests, until none of them has anything to do.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from cli.scenarios import instructions as asked
from cli.scenarios.actions import act, result
from cli.scenarios.assertions import check
from cli.scenarios.files import TestCase
from cli.scenarios.models import Models
from cli.scenarios.observed import Observed
from cli.scenarios.selecting import StepFailed, incidents_listed, open_jobs
from cli.scenarios.stage import NeverAtRest, Stage, stage
from zeebe.answers import Resource
from zeebe.errors import ZeebeError
from zeebe.records import Record

# A behaviour that has acted so often in one step will act for ever.
MOST_REACTIONS = 1_000

# Makes a place where these files are deployed at a moment, in milliseconds since 1970.
type Stages = Callable[[Sequence[Resource], int], AbstractAsyncContextManager[Stage]]
type Mock = asked.MockJobWorkerCompleteJob | asked.MockJobWorkerThrowBpmnError


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a test case went; `failure` is empty when it passed."""

    case: TestCase
    seconds: float
    seen: Observed
    failure: str = ""
    records: Sequence[Record] = ()

    @property
    def passed(self) -> bool:
        return not self.failure


async def play(case: TestCase, models: Models, stages: Stages = stage, *, at: int | None = None) -> Outcome:
    """Play a case, if nothing else is said on a gateway of its own; `at` is the moment it starts at."""
    started = time.perf_counter()
    moment = time.time_ns() // 1_000_000 if at is None else at
    async with stages(models.resources, moment) as here:
        failure = await _Player(here, models).play(case)
        return Outcome(case, time.perf_counter() - started, here.seen, failure, here.records)


@dataclass(slots=True)
class _Behaviour:
    """A conditional behaviour and how often it has acted."""

    instruction: asked.ConditionalBehavior
    acted: int = 0

    def next_action(self) -> asked.Action:
        actions = self.instruction.actions
        return actions[min(self.acted, len(actions) - 1)]


@dataclass(slots=True)
class _Player:
    stage: Stage
    models: Models
    mocks: dict[str, Mock] = field(default_factory=dict)
    behaviours: list[_Behaviour] = field(default_factory=list)

    async def play(self, case: TestCase) -> str:
        """The reason of the failure, or nothing."""
        for number, instruction in enumerate(case.instructions, 1):
            try:
                await self._step(instruction)
            except StepFailed as failed:
                return f"instruction {number}, {instruction.type}: {failed}{self._stuck(str(failed))}"
            except ZeebeError as refused:
                return f"instruction {number}, {instruction.type}: the engine refused: {refused.reason}"
            except NeverAtRest as restless:
                return f"instruction {number}, {instruction.type}: {restless}"
        return ""

    def _stuck(self, said: str) -> str:
        """The incidents that stand, most likely why what was expected did not come; nothing where they are told already."""
        standing = [one for one in self.stage.seen.incidents.values() if one.is_open]
        told = incidents_listed(standing)
        return f"; incidents: {told}" if standing and told not in said else ""

    async def _step(self, instruction: asked.Instruction) -> None:
        match instruction:
            case asked.MockJobWorkerCompleteJob() | asked.MockJobWorkerThrowBpmnError():
                self.mocks[instruction.job_type] = instruction
            case asked.ConditionalBehavior():
                self.behaviours.append(_Behaviour(instruction))
            case asked.Part(type=kind) if kind.startswith("ASSERT_"):
                check(instruction, self.stage.seen, self.models)  # type: ignore[arg-type]  # its name says that it is one
                return
            case _:
                await act(instruction, self.stage, self.models)  # type: ignore[arg-type]  # nothing else is left
        await self._settle()

    async def _settle(self) -> None:
        """Let everybody act until nobody has anything to do."""
        for _reaction in range(MOST_REACTIONS):
            await self.stage.rest()
            if not (await self._work() or await self._react()):
                return
        raise StepFailed(f"mocked workers and behaviours acted {MOST_REACTIONS} times without coming to an end")

    async def _work(self) -> bool:
        """Let the mocked job workers do the jobs that wait."""
        acted = False
        for mock in self.mocks.values():
            for job in open_jobs(self.stage.seen, mock.job_type):
                acted = True
                if isinstance(mock, asked.MockJobWorkerCompleteJob):
                    await self.stage.client.complete_job(job.key, result(job, mock, self.models))
                else:
                    await self.stage.client.throw_error(job.key, mock.error_code, mock.error_message, mock.variables)
        return acted

    async def _react(self) -> bool:
        """Let the first behaviour whose conditions hold act."""
        for behaviour in self.behaviours:
            if self._holds(behaviour):
                await act(behaviour.next_action(), self.stage, self.models)
                behaviour.acted += 1
                return True
        return False

    def _holds(self, behaviour: _Behaviour) -> bool:
        try:
            for condition in behaviour.instruction.conditions:
                check(condition, self.stage.seen, self.models)
        except StepFailed:
            return False
        return True
