"""`python -m tests.differential.again ARCHIVE … --only NAME … --archive F`: archived scenarios recorded once more.

The same files and steps are played on the real engine again. It is for what the first recording caught in a moment of its
own: a clock that had run ahead, an answer that came late, or a way of telling records that has changed since.
"""

import argparse
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from tests.differential.archive import Recorded, append
from tests.differential.campaign import Engines
from tests.differential.coverage import covered
from tests.differential.engines import EngineStuck
from tests.differential.player import Player
from tests.differential.replay import recorded_in


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archives", nargs="+", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--archive", type=Path, required=True, help="append what the real engine did this time")
    parser.add_argument("--minutes", type=float, default=600, help="stop after so long")
    arguments = parser.parse_args()
    end = time.monotonic() + 60 * arguments.minutes
    stuck: list[str] = []
    differing: list[str] = []
    with closing(Engines()) as engines:
        for recorded in recorded_in(arguments.archives, set(arguments.only)):
            if time.monotonic() > end:
                break
            told = _once_more(recorded, engines, arguments.archive)
            if told is None:
                stuck.append(recorded.scenario.name)
            elif told:
                differing.append(recorded.scenario.name)
                print(f"{recorded.scenario.name}: {len(told)} lines differ", flush=True)
    print(f"still differ: {' '.join(differing)}; not comparable: {' '.join(stuck)}")
    return bool(differing)


def _once_more(recorded: Recorded, engines: Engines, archive: Path) -> list[str] | None:
    """How our gateway differs from the new recording; None where the real engine did nothing that can be compared."""
    scenario = recorded.scenario
    try:
        # At an hour of its own: that of its seed.
        player = Player(engines.real, replace(scenario, turn=scenario.turn or int(scenario.name.removeprefix("s"))))
        player.deploy()
        steps = player.settle()
        for step in scenario.steps:
            steps.append(step)
            player.take(step)
            steps += player.settle()
        player.leave_tidy()
    except EngineStuck as stuck:
        print(f"{scenario.name}: {stuck}", flush=True)
        engines.renew()
        return None
    scenario = replace(scenario, steps=tuple(steps), turn=player.turn)
    blocks = {name.removeprefix("block: ") for name in recorded.covered if name.startswith("block: ")}
    blocks.discard("restart after each step")
    again = Recorded.of(scenario, player.played, covered(scenario, player.played.records, blocks))
    append(archive, again)
    return engines.against(scenario, player.played)


if __name__ == "__main__":
    sys.exit(main())
