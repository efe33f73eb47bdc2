"""`python -m tests.differential.campaign FIRST LAST [--only BLOCK …]`: plays generated scenarios on both engines and tells what differs.

Each failing scenario is shrunk and saved under `regressions/`, where the tests play it from then on.
"""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from tests.differential.actor import invent
from tests.differential.comparison import differences
from tests.differential.engines import Engine, embedded_engine, real_engine
from tests.differential.player import Player
from tests.differential.scenario import Scenario
from tests.differential.shrinker import shrink

REGRESSIONS = Path(__file__).parent / "regressions"


def compare(scenario: Scenario, real: Engine, embedded: Engine) -> list[str]:
    """What differs when both play the scenario."""
    return differences(Player(real, scenario).play(), Player(embedded, scenario).play())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--shrink", action="store_true")
    arguments = parser.parse_args()
    covered: Counter[str] = Counter()
    failed: list[int] = []
    with real_engine() as real, embedded_engine() as embedded:
        for seed in range(arguments.first, arguments.last + 1):
            scenario, expected, features = invent(seed, real, tuple(arguments.only))
            covered.update(features)
            told = differences(expected, Player(embedded, scenario).play())
            if not told:
                continue
            failed.append(seed)
            print(f"seed {seed}: {len(told)} lines differ", flush=True)
            if arguments.shrink:
                scenario = shrink(scenario, lambda smaller: bool(compare(smaller, real, embedded)))
                told = compare(scenario, real, embedded)
            _save(seed, scenario, told)
    _report(arguments.last - arguments.first + 1, failed, covered)
    return bool(failed)


def _save(seed: int, scenario: Scenario, told: list[str]) -> None:
    REGRESSIONS.mkdir(exist_ok=True)
    text = json.dumps(scenario.to_json(), indent=1, ensure_ascii=False)
    (REGRESSIONS / f"seed_{seed}.json").write_text(text + "\n", encoding="utf-8")
    print("\n".join([*(f"  {step}" for step in scenario.steps), *(f"  {line}" for line in told[:40])]), flush=True)


def _report(played: int, failed: list[int], covered: Counter[str]) -> None:
    print(f"{played} scenarios, {len(failed)} differ: {failed}")
    for feature, count in sorted(covered.items()):
        print(f"  {feature:40} {count}")


if __name__ == "__main__":
    sys.exit(main())
