"""`python -m tests.differential.replay ARCHIVE …`: plays archived scenarios on our gateway alone, without Java.

`--only NAME …` plays some and shows their steps; `--pack FILE` writes those that are equal as digests, which the tests play;
`--record FILE` writes the table of what they cover; `--restarts 10` plays every tenth with a restart after each step, and
`--no-restarts` none.
"""

import argparse
import json
import lzma
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

from tests.differential.archive import Recorded, read
from tests.differential.coverage import write
from tests.differential.engines import EmbeddedEngine, EngineStuck, embedded_engine
from tests.differential.player import Player
from tests.differential.scenario import Scenario


class Gateway:
    """Our gateway; one that got stuck is replaced."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._engine: EmbeddedEngine = self._stack.enter_context(embedded_engine())
        # The hour of the scenario played last.
        self.turn = 0

    def differences(self, recorded: Recorded, *, restarts: bool = True) -> list[str]:
        """How a scenario goes otherwise than recorded; with `restarts` it is stopped and started where the scenario says so."""
        scenario = replace(recorded.scenario, restarts=recorded.scenario.restarts and restarts)
        try:
            player = Player(self._engine, scenario)
            self.turn = player.turn
            told = recorded.differences(player.play())
        except EngineStuck as stuck:
            told = [str(stuck)]
        if told:
            # What went otherwise may have left something behind for the scenarios to come.
            self.close()
            self._engine = self._stack.enter_context(embedded_engine())
        return told

    def close(self) -> None:
        self._stack.close()


def recorded_in(paths: list[Path], only: set[str]) -> Iterator[Recorded]:
    """Each scenario of some archives once, in the order of their time."""
    found = {recorded.scenario.name: recorded for path in paths for recorded in read(path)}
    wanted = (recorded for name, recorded in found.items() if not only or name in only)
    yield from sorted(wanted, key=lambda recorded: recorded.scenario.turn)


def _has_waiting_calls(scenario: Scenario) -> bool:
    """A call that waits for its instance to end is lost in a restart."""
    return any(step.action == "create_with_result" for step in scenario.steps)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archives", nargs="+", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--no-restarts", action="store_true")
    parser.add_argument("--restarts", type=int, default=0, metavar="N", help="restart after each step in every Nth")
    parser.add_argument("--pack", type=Path)
    parser.add_argument("--record", type=Path)
    arguments = parser.parse_args()
    equal: list[Recorded] = []
    differing: list[str] = []
    with closing(Gateway()) as gateway:
        for number, recorded in enumerate(recorded_in(arguments.archives, set(arguments.only))):
            restarts = recorded.scenario.restarts and not arguments.no_restarts
            if arguments.restarts:
                restarts = number % arguments.restarts == 0 and not _has_waiting_calls(recorded.scenario)
            given = replace(recorded, scenario=replace(recorded.scenario, restarts=restarts))
            told = gateway.differences(given)
            if not told:
                equal.append(replace(given, scenario=replace(given.scenario, turn=gateway.turn)))
                continue
            differing.append(recorded.scenario.name)
            print(f"{recorded.scenario.name}: {len(told)} lines differ", flush=True)
            if arguments.only:
                print("\n".join([*map(str, recorded.scenario.steps), *told]))
    print(f"{len(equal)} equal, {len(differing)} differ: {' '.join(differing)}")
    if arguments.pack:
        lines = (json.dumps(one.digested().to_json(), ensure_ascii=False, separators=(",", ":")) for one in equal)
        arguments.pack.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME))
    if arguments.record:
        counts = Counter(feature for one in equal for feature in one.covered)
        restarted = sum(one.scenario.restarts for one in equal)
        seeds = [int(name.removeprefix("s")) for name in differing]
        write(arguments.record, counts, played=len(equal) + len(seeds), differing=seeds, restarted=restarted)
    return bool(differing)


if __name__ == "__main__":
    sys.exit(main())
