"""Scenarios made by hand: what meets rarely at random, several things at one moment, each in a place of its own.

`python -m tests.differential.hard_cases [NAME …]` plays them on both engines and tells what differs (`job_*` names many); with
`--record` each that is equal goes into `hard_cases.xz` with the real engine's whole story, which the tests play from then on.
"""

import argparse
import importlib
import json
import lzma
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from tests.bpmn_builder import ProcessBuilder, definitions
from tests.differential.archive import Recorded
from tests.differential.campaign import Engines
from tests.differential.coverage import covered
from tests.differential.engines import EngineStuck
from tests.differential.player import Player
from tests.differential.scenario import Scenario, Step

type Case = Callable[[str], tuple[list[ProcessBuilder], list[Step]]]
CASES: dict[str, Case] = {}
RECORDINGS = Path(__file__).parent / "hard_cases.xz"


def case(make: Case) -> Case:
    """Adds a case under its function's name."""
    CASES[make.__name__] = make
    return make


def step(action: str, element: str = "", nth: int = 0, /, **arguments: Any) -> Step:
    return Step(action, element, nth, arguments)


def create(name: str, **variables: Any) -> Step:
    return step("create", process=name, variables=variables)


def wait(milliseconds: int) -> Step:
    return step("advance", milliseconds=milliseconds)


def publish(name: str, key: str, ttl: int = 0, **variables: Any) -> Step:
    return step("publish", name=name, key=key, ttl=ttl, variables=variables)


def second_version(*builders: ProcessBuilder, name: str) -> Step:
    return step("deploy", resources={f"{name}.bpmn": definitions(*builders).decode()})


def scenario(name: str) -> Scenario:
    """A case as both engines play it; its processes bear the case's name without underscores."""
    process_id = name.replace("_", "")
    builders, steps = CASES[name](process_id)
    return Scenario(process_id, {f"{process_id}.bpmn": definitions(*builders).decode()}, tuple(steps))


def load() -> None:
    """The cases are added by their modules, which import this one."""
    for path in sorted((Path(__file__).parent / "cases").glob("*.py")):
        importlib.import_module(f"tests.differential.cases.{path.stem}")


def main() -> int:
    load()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--record", action="store_true", help="write what the real engine did into hard_cases.xz")
    arguments = parser.parse_args()
    names = [name for name in CASES if any(fnmatch(name, wanted) for wanted in arguments.names or ["*"])]
    differing: list[str] = []
    recorded: dict[str, Recorded] = {}
    with closing(Engines()) as engines:
        for name in names:
            for told in _play(name, engines, recorded):
                print(f"{name}: {told}", flush=True)
                differing.append(name)
    print(f"{len(names)} played, {len(set(differing))} differ: {' '.join(dict.fromkeys(differing))}")
    if arguments.record:
        _keep(recorded)
    return bool(differing)


def _play(name: str, engines: Engines, recorded: dict[str, Recorded]) -> Iterator[str]:
    given = scenario(name)
    try:
        player = Player(engines.real, given)
        player.deploy()
        steps: list[Step] = []
        for one in given.steps:
            player.take(one)
            steps += [one, *player.settle()]
        player.leave_tidy()
    except EngineStuck as stuck:
        engines.renew()
        yield f"the real engine: {stuck}"
        return
    given = replace(given, steps=tuple(steps), turn=player.turn)
    if player.played.answers[0].startswith("deploy -> INVALID"):
        yield f"does not deploy: {player.played.answers[0]}"
        return
    told = engines.against(given, player.played)
    yield from told
    if not told:
        recorded[name] = Recorded.of(given, player.played, covered(given, player.played.records, set()))


def _keep(recorded: dict[str, Recorded]) -> None:
    """In the place of what was recorded of the cases before; cases that are no more are dropped."""
    kept = recordings() | recorded
    lines = (json.dumps({"name": one} | kept[one].to_json(), ensure_ascii=False) for one in CASES if one in kept)
    RECORDINGS.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME))


def recordings() -> dict[str, Recorded]:
    """What the real engine did, by case."""
    if not RECORDINGS.exists():
        return {}
    lines = [json.loads(line) for line in lzma.decompress(RECORDINGS.read_bytes()).decode().splitlines()]
    return {line["name"]: Recorded.from_json(line) for line in lines}


if __name__ == "__main__":
    from tests.differential import hard_cases

    sys.exit(hard_cases.main())
