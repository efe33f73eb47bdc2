"""`python -m tests.differential.replay ARCHIVE …`: plays archived scenarios on our gateway alone, without Java.

`--only NAME …` plays some and shows their steps; `--pack FILE` writes those that are equal as digests, which the tests play;
`--record FILE` writes the table of what they cover. `--restarts` kills the gateway after each step, and lets the next go on
from its data; with `--record FILE` their number is written into the table. `--share 10` plays every tenth. How many have been
played, and how many of them differ, is told on stderr.
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
from tests.differential.coverage import write, write_killed
from tests.differential.engines import EmbeddedEngine, EngineStuck, embedded_engine
from tests.differential.player import Player
from tests.differential.restarting_engine import RestartingEngine

# A line of progress after so many scenarios, where nobody looks on.
_TELL_EACH = 20


class Gateway:
    """Our gateway; one that got stuck is replaced. With `restarts` it is killed after each step and goes on from its data."""

    def __init__(self, *, restarts: bool = False) -> None:
        self._restarts = restarts
        self._kind = RestartingEngine if restarts else EmbeddedEngine
        self._stack = ExitStack()
        self._engine: EmbeddedEngine = self._stack.enter_context(embedded_engine(self._kind))
        # The hour of the scenario played last.
        self.turn = 0

    def differences(self, recorded: Recorded) -> list[str]:
        """How a scenario goes otherwise than recorded."""
        scenario = replace(recorded.scenario, restarts=self._restarts)
        try:
            player = Player(self._engine, scenario)
            self.turn = player.turn
            told = recorded.differences(player.play())
        except EngineStuck as stuck:
            told = [str(stuck)]
        if told:
            # What went otherwise may have left something behind for the scenarios to come.
            self.close()
            self._engine = self._stack.enter_context(embedded_engine(self._kind))
        return told

    def close(self) -> None:
        self._stack.close()


def recorded_in(paths: list[Path], only: set[str]) -> Iterator[Recorded]:
    """Each scenario of some archives once, in the order of their time."""
    found = {recorded.scenario.name: recorded for path in paths for recorded in read(path)}
    wanted = (recorded for name, recorded in found.items() if not only or name in only)
    yield from sorted(wanted, key=lambda recorded: recorded.scenario.turn)


def tell_progress(played: int, among: int, differing: int) -> None:
    """On stderr: one line written over again for who looks on, a line now and then for a file."""
    line = f"{played} of {among} played, {differing} differ"
    if sys.stderr.isatty():
        print(f"\r{line}", end="\n" if played == among else "", file=sys.stderr, flush=True)
    elif played % _TELL_EACH == 0 or played == among:
        print(line, file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archives", nargs="+", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--restarts", action="store_true", help="kill the gateway after each step")
    parser.add_argument("--share", type=int, default=1, metavar="N", help="play every Nth")
    parser.add_argument("--pack", type=Path)
    parser.add_argument("--record", type=Path)
    arguments = parser.parse_args()
    equal: list[Recorded] = []
    differing: list[str] = []
    every = list(recorded_in(arguments.archives, set(arguments.only)))
    share = every[:: arguments.share]
    with closing(Gateway(restarts=arguments.restarts)) as gateway:
        for played, recorded in enumerate(share):
            tell_progress(played, len(share), len(differing))
            told = gateway.differences(recorded)
            if not told:
                equal.append(replace(recorded, scenario=replace(recorded.scenario, turn=gateway.turn)))
                continue
            differing.append(recorded.scenario.name)
            print(f"{recorded.scenario.name}: {len(told)} lines differ", flush=True)
            # All of it where one is looked at; else enough to see whether it is one that is known.
            lines = [*map(str, recorded.scenario.steps), *told] if arguments.only else [line[:300] for line in told[:20]]
            print("\n".join(lines), flush=True)
    tell_progress(len(share), len(share), len(differing))
    print(f"{len(equal)} equal, {len(differing)} differ: {' '.join(differing)}")
    if arguments.pack:
        lines = (json.dumps(one.digested().to_json(), ensure_ascii=False, separators=(",", ":")) for one in equal)
        arguments.pack.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME))
    if arguments.record and arguments.restarts:
        write_killed(arguments.record, arguments.archives[0].stem, len(equal))
    elif arguments.record:
        counts = Counter(feature for one in equal for feature in one.covered)
        seeds = [int(name.removeprefix("s")) for name in differing]
        write(arguments.record, counts, played=len(equal) + len(seeds), differing=seeds)
    return bool(differing)


if __name__ == "__main__":
    sys.exit(main())
