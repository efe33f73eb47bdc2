"""Plays a scenario on an engine: takes its steps one by one and keeps what was answered and what was recorded."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import grpc
from pyzeebe.proto import gateway_pb2 as pb

from tests.differential.actions import ACTIONS, SECONDS, Stage, Waiting, delete
from tests.differential.engines import Engine, EngineStuck
from tests.differential.scenario import Scenario, Step
from tests.differential.tracker import Tracker

# Longer than any message lives and any job backs off.
_AN_HOUR = 3_600_000
# How long an answer may take whose instance has completed, in seconds.
_PATIENCE = 5
# How many looks at its timers an engine may need.
_LONGEST_WAIT = 8
# How often what is left is cancelled, until nothing is.
_MOST_ROUNDS = 4
# A scenario with more records than this turns in a circle.
_MOST_RECORDS = 6_000


@dataclass
class Played:
    """The answer to each step, and all records of the scenario."""

    answers: list[str] = field(default_factory=list)
    # Calls that waited for their instance to end when the gateway was killed.
    lost: list[str] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    tracker: Tracker = field(default_factory=Tracker)


class Player:
    def __init__(self, engine: Engine, scenario: Scenario) -> None:
        self._engine = engine
        self._scenario = scenario
        self.played = Played()
        self._stage = Stage(engine, self.played.tracker)
        # The hour it is played at: a later one than its own where others were played in between.
        self.turn = engine.begin_scenario(scenario.turn)
        self._take_records(keep=False)

    def play(self) -> Played:
        self.deploy()
        for step in self._scenario.steps:
            self.take(step)
        self.clean_up()
        return self.played

    def deploy(self) -> None:
        self._ask("deploy", Step("deploy", arguments={"resources": self._scenario.resources}))
        self._restart()

    def take(self, step: Step) -> None:
        self._ask(str(step), step)
        self._restart()

    def _restart(self) -> None:
        if self._scenario.restarts and self._engine.restart():
            self.played.lost += [waiting.step for waiting in self._stage.waiting]
            self._stage.waiting.clear()

    def settle(self) -> list[Step]:
        """Let what was due when it was made happen before anything else: the real engine looks for it every 100 ms."""
        steps: list[Step] = []
        tracker = self.played.tracker
        while any(timer["dueDate"] <= tracker.now for timer in tracker.open_timers.values()):
            if len(steps) == _LONGEST_WAIT:
                raise EngineStuck(f"{self._engine.name} has a timer that is always due")
            steps.append(Step("advance", arguments={"milliseconds": 200}))
            self.take(steps[-1])
        if tracker.orphans:
            raise EngineStuck(f"{self._engine.name} has completed an instance whose elements {tracker.orphans} still run")
        return steps

    def clean_up(self) -> None:
        """Leave nothing behind that a later scenario could wake."""
        tracker = self.played.tracker
        for _ in range(_MOST_ROUNDS):
            for key in list(tracker.open_instances):
                request = pb.CancelProcessInstanceRequest(processInstanceKey=key)
                self._quietly(lambda request=request: self._engine.stub.CancelProcessInstance(request, timeout=SECONDS))
            self._engine.idle()
            # The end of one that a message started lets the next buffered message start another.
            tracker.feed(self._engine.new_records())
            if not tracker.open_instances:
                break
        for key in sorted(tracker.self_starting):
            self._quietly(lambda key=key: delete(self._stage, Step("delete", arguments={"key": key})))
            # What this one left in the log must not be taken for the next one's: that would be given up before it is sent.
            tracker.feed(self._engine.new_records())
        for waiting in self._stage.waiting:
            waiting.call.cancel()
        self._engine.advance(_AN_HOUR)
        tracker.feed(self._engine.new_records())

    def leave_tidy(self) -> None:
        """Clean up, and refuse an engine that would go on by itself in the scenarios to come."""
        self.clean_up()
        if self.played.tracker.self_starting:
            raise EngineStuck(f"{self._engine.name} keeps a process that starts itself, because of what it cannot cancel")

    @staticmethod
    def _quietly(call: Callable[[], object]) -> None:
        try:
            call()
        except grpc.RpcError:
            return

    def _ask(self, name: str, step: Step) -> None:
        try:
            answer = ACTIONS[step.action](self._stage, step)
        except grpc.RpcError as error:
            answer = _refusal(step, error)
        self._tell(name, answer if isinstance(answer, str) else "OK")
        self._engine.idle()
        self._take_records()
        self._tell_results()

    def _tell(self, name: str, answer: str) -> None:
        shown = "deploy" if name.startswith("deploy") else name
        self.played.answers.append(f"{shown} -> {answer}")

    def _tell_results(self) -> None:
        """Whoever waits for an instance that has completed by now gets an answer."""
        still: list[Waiting] = []
        for waiting in self._stage.waiting:
            is_done = self.played.tracker.is_completed(waiting.position)
            if not self._engine.is_answered(waiting.call, _PATIENCE if is_done else 0):
                still.append(waiting)
                continue
            try:
                answer = waiting.call.result()
                self._tell(f"{waiting.step} result", answer.variables and _sorted(answer.variables))
            except grpc.RpcError as error:
                self._tell(f"{waiting.step} result", str(error.code().name))
        self._stage.waiting[:] = still

    def _take_records(self, *, keep: bool = True) -> None:
        records = self._engine.new_records()
        if keep:
            if len(self.played.records) + len(records) > _MOST_RECORDS:
                raise EngineStuck(f"{self._engine.name} goes on for ever")
            self.played.records.extend(records)
            self.played.tracker.feed(records)


def _refusal(step: Step, error: grpc.RpcError) -> str:
    return f"{error.code().name} {error.details()}" if step.action == "deploy" else str(error.code().name)


def _sorted(text: str) -> str:
    return json.dumps(json.loads(text), sort_keys=True)
