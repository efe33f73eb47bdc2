"""Invents a scenario while it is played: looks at what is open on the real engine and does something to it at random."""

import random
from dataclasses import replace
from typing import Any

from tests.differential.engines import Engine
from tests.differential.generator import Generator
from tests.differential.player import Played, Player
from tests.differential.scenario import Scenario, Step
from tests.differential.tracker import Tracker

_MOST_STEPS = 12


def invent(seed: int, engine: Engine, only: tuple[str, ...] = ()) -> tuple[Scenario, Played, set[str]]:
    """A scenario by seed, what the engine did with it, and the elements and commands it covers."""
    generator = Generator(seed, only)
    scenario = Scenario(generator.name, {f"{generator.name}.bpmn": generator.xml()})
    actor = _Actor(random.Random(seed * 7919 + 1), scenario)
    player = Player(engine, scenario)
    player.deploy()
    steps: list[Step] = []
    while len(steps) < _MOST_STEPS and (step := actor.next_step(player.played.tracker)) is not None:
        steps.append(step)
        player.take(step)
    player.clean_up()
    covered = generator.used | {f"command_{step.action}" for step in steps}
    return replace(scenario, steps=tuple(steps)), player.played, covered


class _Actor:
    def __init__(self, rng: random.Random, scenario: Scenario) -> None:
        self._random = rng
        self._scenario = scenario
        self._created = 0

    def next_step(self, tracker: Tracker) -> Step | None:
        if self._created == 0 or (self._created < 3 and self._random.random() < 0.06):
            self._created += 1
            return Step("create", arguments={"process": self._scenario.name, "variables": self._variables()})
        choices = [
            *self._jobs(tracker),
            *self._incidents(tracker),
            *self._events(tracker),
            *self._instances(tracker),
        ]
        if not choices:
            return None
        steps, weights = zip(*choices, strict=True)
        return self._random.choices(steps, weights)[0]

    def _jobs(self, tracker: Tracker) -> list[tuple[Step, float]]:
        choices: list[tuple[Step, float]] = []
        for element, keys in tracker.jobs.items():
            for nth, key in enumerate(keys):
                if key not in tracker.open_jobs:
                    continue
                choices += [
                    (Step("complete", element, nth, {"variables": self._some_variables()}), 6),
                    (Step("fail", element, nth, {"retries": self._random.choice((0, 0, 2))}), 0.7),
                    (Step("retries", element, nth, {"retries": self._random.choice((0, 3))}), 0.3),
                    (Step("activate", arguments={"type": tracker.job_values[key]["type"]}), 0.7),
                ]
                # The real engine answers INTERNAL when an error is thrown from an event's job: a fault not to be imitated.
                if not element.startswith(("throw", "end")):
                    code = self._random.choice(("CODE_1", "CODE_2"))
                    choices.append((Step("throw", element, nth, {"code": code, **self._maybe()}), 1.5))
        return choices

    def _incidents(self, tracker: Tracker) -> list[tuple[Step, float]]:
        choices: list[tuple[Step, float]] = []
        for element, keys in tracker.incidents.items():
            for nth, key in enumerate(keys):
                if key in tracker.open_incidents:
                    fix = {"variables": {"missing": self._random.choice((5, [1], "k"))}}
                    choices += [(Step("resolve", element, nth), 4), (Step("set_variables", self._scenario.name, 0, fix), 3)]
        return choices

    def _events(self, tracker: Tracker) -> list[tuple[Step, float]]:
        choices: list[tuple[Step, float]] = []
        for subscription in tracker.subscriptions.values():
            arguments = {
                "name": subscription["messageName"],
                "key": subscription["correlationKey"],
                "variables": self._some_variables(),
            }
            arguments["ttl"] = self._random.choice((0, 0, 20_000))
            choices.append((Step("publish", arguments=arguments), 4))
        if tracker.open_timers:
            choices.append((Step("advance", arguments={"milliseconds": self._random.choice((10_000, 20_000, 60_000))}), 4))
        if tracker.open_instances:
            signal = f"{self._scenario.name}_signal_{self._random.randint(1, 2)}"
            choices.append((Step("broadcast", arguments={"name": signal, "variables": self._some_variables()}), 1.2))
        return choices

    def _instances(self, tracker: Tracker) -> list[tuple[Step, float]]:
        choices: list[tuple[Step, float]] = []
        for process, keys in tracker.instances.items():
            for nth, key in enumerate(keys):
                if key in tracker.open_instances:
                    choices.append((Step("cancel", process, nth), 0.4))
        for key, value in tracker.open_elements.items():
            nth = tracker.elements[value["elementId"]].index(key)
            arguments = {"variables": self._variables(), "local": self._random.random() < 0.4}
            choices.append((Step("set_variables", value["elementId"], nth, arguments), 0.2))
        return choices

    def _variables(self) -> dict[str, Any]:
        return {
            "n": self._random.choice((1, 5, 120)),
            "flag": self._random.random() < 0.5,
            "items": self._random.choice(([], [1], ["a", "b", "c"])),
            "key": "k1",
            "text": "t",
        }

    def _some_variables(self) -> dict[str, Any]:
        return {"result": self._random.choice((1, "r", None)), "n": 7} if self._random.random() < 0.4 else {}

    def _maybe(self) -> dict[str, Any]:
        return {"variables": {"thrown": 1}} if self._random.random() < 0.4 else {}
