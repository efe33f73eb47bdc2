"""Invents a scenario while it is played: looks at what is open on the real engine and does something to it at random."""

import random
from dataclasses import replace
from typing import Any

from tests.differential.engines import Engine
from tests.differential.generator import Generator, theme
from tests.differential.interventions import Interventions
from tests.differential.player import Played, Player
from tests.differential.scenario import Scenario, Step
from tests.differential.tracker import Tracker

_MOST_STEPS = 14
# One scenario of so many is played with a restart after each step.
RESTARTED = 10

type Choices = list[tuple[Step, float]]


def invent(seed: int, engine: Engine, only: tuple[str, ...] = ()) -> tuple[Scenario, Played, set[str]]:
    """A scenario by seed, what the engine did with it, and the elements and commands it covers.

    Raises:
        EngineStuck: the engine goes on for ever, or did what no engine may do.
    """
    only = only or theme(seed)
    generator = Generator(seed, only)
    scenario = Scenario(generator.name, generator.files(), restarts=seed % RESTARTED == 0)
    second = Generator(seed, only, variant=2)
    actor = _Actor(random.Random(seed * 7919 + 1), scenario, second.files(), creates=not generator.starts_itself)
    player = Player(engine, replace(scenario, turn=seed))
    player.deploy()
    steps = player.settle()
    while len(steps) < _MOST_STEPS and (step := actor.next_step(player.played.tracker)) is not None:
        steps.append(step)
        player.take(step)
        steps += player.settle()
    player.leave_tidy()
    return replace(scenario, steps=tuple(steps), turn=player.turn), player.played, generator.used


class _Actor(Interventions):
    def next_step(self, tracker: Tracker) -> Step | None:
        if self._creates and (self._created == 0 or (self._created < 3 and self._chance(0.06))):
            self._created += 1
            return self._creation(tracker)
        choices = [
            *self._jobs(tracker),
            *self._user_tasks(tracker),
            *self._incidents(tracker),
            *self._events(tracker),
            *self._instances(tracker),
        ]
        acting = [*choices, *self._interventions(tracker)]
        if not choices and (not acting or self._chance(0.5)):
            return None
        choices = acting
        steps, weights = zip(*choices, strict=True)
        step: Step = self._random.choices(steps, weights)[0]
        self._taken(step)
        return step

    def _creation(self, tracker: Tracker) -> Step:
        arguments: dict[str, Any] = {"process": self._scenario.name, "variables": self._variables()}
        if self._chance(0.07):
            arguments["version"] = self._random.choice((1, 2))
        if self._chance(0.06):
            arguments["start_at"] = self._random.sample(
                self._element_ids, min(len(self._element_ids), self._random.choice((1, 1, 2)))
            )
        elif self._chance(0.2) and not self._scenario.restarts:
            fetch = self._random.choice(([], ["n"], ["out", "nothing"]))
            return Step("create_with_result", arguments=arguments | {"fetch": fetch})
        return Step("create", arguments=arguments)

    def _jobs(self, tracker: Tracker) -> Choices:
        choices: Choices = []
        for element, keys in tracker.jobs.items():
            for nth, key in enumerate(keys):
                if key not in tracker.open_jobs:
                    continue
                job_type = tracker.job_values[key]["type"]
                choices += [
                    (Step("complete", element, nth, {"variables": self._some_variables()}), 6),
                    (Step("fail", element, nth, self._failure()), 0.9),
                    (Step("retries", element, nth, {"retries": self._random.choice((0, 3, -1))}), 0.3),
                    (Step("job_timeout", element, nth, {"timeout": self._random.choice((5_000, 90_000, -5, 0))}), 0.2),
                    (Step("activate", arguments={"type": job_type, **self._activation()}), 0.9),
                ]
                # The real engine answers INTERNAL when an error is thrown from an event's job: a fault not to be imitated.
                if not element.startswith(("throw", "end")):
                    code = self._random.choice(("CODE_1", "CODE_2", "CODE_3"))
                    choices.append((Step("throw", element, nth, {"code": code, **self._maybe()}), 1.5))
        return choices

    def _failure(self) -> dict[str, Any]:
        failure: dict[str, Any] = {"retries": self._random.choice((0, 0, 2))}
        if self._chance(0.3):
            failure["backoff"] = self._random.choice((5_000, 30_000))
        if self._chance(0.3):
            failure["variables"] = self._some_variables()
        return failure

    def _activation(self) -> dict[str, Any]:
        activation: dict[str, Any] = {"jobs": self._random.choice((1, 1, 5)), "timeout": self._random.choice((5_000, 60_000))}
        if self._chance(0.3):
            activation["fetch"] = self._random.choice((["n"], ["missing", "item"]))
        return activation

    def _user_tasks(self, tracker: Tracker) -> Choices:
        choices: Choices = []
        for element, keys in tracker.user_tasks.items():
            for nth, key in enumerate(keys):
                if key not in tracker.open_user_tasks and not self._chance(0.05):
                    continue
                choices += [
                    (
                        Step(
                            "user_task",
                            element,
                            nth,
                            {"intent": "COMPLETE", "action": "done", "variables": self._some_variables()},
                        ),
                        5,
                    ),
                    (Step("user_task", element, nth, {"intent": "ASSIGN", "action": "assign", "assignee": "bob"}), 0.6),
                    (
                        Step(
                            "user_task",
                            element,
                            nth,
                            {"intent": "CLAIM", "action": "claim", "assignee": self._one("ann", "bob")},
                        ),
                        0.6,
                    ),
                    (
                        Step("user_task", element, nth, {"intent": "UPDATE", "action": "update", "changeset": self._changes()}),
                        0.8,
                    ),
                ]
        return choices

    def _changes(self) -> dict[str, Any]:
        changes = {
            "candidateGroups": ["g1", "g2"],
            "candidateUsers": self._one([], ["u"]),
            "dueDate": self._one("", "2031-01-01T00:00:00Z"),
            "followUpDate": "2031-01-01T00:00:00+01:00",
        }
        return {name: changes[name] for name in self._random.sample(sorted(changes), self._random.randint(1, 3))}

    def _incidents(self, tracker: Tracker) -> Choices:
        choices: Choices = []
        for element, keys in tracker.incidents.items():
            for nth, key in enumerate(keys):
                if key in tracker.open_incidents:
                    fix = {"variables": {"missing": self._one(5, [1], "k", "PT10S", True), "key": "k1"}}
                    choices += [(Step("resolve", element, nth), 4), (Step("set_variables", self._scenario.name, 0, fix), 2)]
        return choices

    def _events(self, tracker: Tracker) -> Choices:
        choices: Choices = []
        for subscription in tracker.subscriptions.values():
            message = {"name": subscription["messageName"], "key": subscription["correlationKey"]}
            choices.append((Step("publish", arguments=message | self._message()), 4))
        for start in tracker.message_starts.values():
            message = {"name": start["messageName"], "key": self._one("", "k1", "k2")}
            choices.append((Step("publish", arguments=message | self._message()), 2))
        if self._message_names and (tracker.open_instances or not self._creates):
            early = {"name": self._random.choice(self._message_names), "key": self._one("k1", "1", "5", "const", "")}
            choices.append((Step("publish", arguments=early | self._message()), 0.5))
        if tracker.open_timers:
            choices.append((Step("advance", arguments={"milliseconds": self._one(10_000, 20_000, 60_000)}), 4))
        if tracker.open_instances or not self._creates:
            signal = f"{self._scenario.name}_signal_{self._random.randint(1, 2 if self._creates else 3)}"
            choices.append((Step("broadcast", arguments={"name": signal, "variables": self._some_variables()}), 1.2))
            choices.append((Step("advance", arguments={"milliseconds": 5_000}), 0.2))
        return choices

    def _message(self) -> dict[str, Any]:
        message: dict[str, Any] = {"ttl": self._one(0, 0, 20_000, 600_000), "variables": self._some_variables()}
        if self._chance(0.2):
            message["id"] = "once"
        return message

    def _instances(self, tracker: Tracker) -> Choices:
        choices: Choices = []
        for process, keys in tracker.instances.items():
            for nth, key in enumerate(keys):
                if key in tracker.open_instances:
                    choices.append((Step("cancel", process, nth), 0.4))
        for key, value in tracker.open_elements.items():
            nth = tracker.elements[value["elementId"]].index(key)
            arguments = {"variables": self._variables(), "local": self._chance(0.4)}
            choices.append((Step("set_variables", value["elementId"], nth, arguments), 0.2))
        return choices
