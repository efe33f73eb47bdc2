"""`python -m tests.differential.campaign FIRST LAST [--only BLOCK …]`: plays generated scenarios on both engines and tells what differs.

Each failing scenario is shrunk and saved under `regressions/`, where the tests play it from then on.
"""

import argparse
import json
import sys
from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.differential.actor import invent
from tests.differential.comparison import differences
from tests.differential.engines import EngineStuck, embedded_engine, real_engine
from tests.differential.player import Played, Player
from tests.differential.scenario import Scenario
from tests.differential.shrinker import shrink

REGRESSIONS = Path(__file__).parent / "regressions"


class Engines:
    """Both engines; a real one that got stuck is replaced."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.embedded = self._stack.enter_context(embedded_engine())
        self.real = self._stack.enter_context(real_engine())

    def compare(self, scenario: Scenario) -> list[str]:
        """What differs when both play the scenario; nothing where the real engine gets stuck."""
        try:
            expected = Player(self.real, scenario).play()
        except EngineStuck:
            self.renew()
            return []
        return self.against(scenario, expected)

    def against(self, scenario: Scenario, expected: Played) -> list[str]:
        try:
            return differences(expected, Player(self.embedded, scenario).play())
        except EngineStuck as stuck:
            self.embedded.restart()
            return [str(stuck)]

    def renew(self) -> None:
        self.real.close()
        self.real = self._stack.enter_context(real_engine())

    def close(self) -> None:
        self._stack.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--shrink", action="store_true")
    arguments = parser.parse_args()
    tally = Tally()
    with closing(Engines()) as engines:
        for seed in range(arguments.first, arguments.last + 1):
            _play(seed, engines, tally, tuple(arguments.only), small=arguments.shrink)
    tally.tell()
    return bool(tally.failed)


@dataclass
class Tally:
    """What a campaign has seen."""

    played: int = 0
    stuck: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    failed: list[int] = field(default_factory=list)
    covered: Counter[str] = field(default_factory=Counter)

    def tell(self) -> None:
        print(f"{self.played} scenarios, {len(self.failed)} differ: {self.failed}")
        print(
            f"{len(self.refused)} refused by the embedded gateway alone, {len(self.stuck)} left the real engine stuck {self.stuck}"
        )
        for reason, count in Counter(self.refused.values()).most_common():
            print(f"  {count} x {reason}")
        for feature, count in sorted(self.covered.items()):
            print(f"  {feature:40} {count}")


def _play(seed: int, engines: Engines, tally: Tally, only: tuple[str, ...], *, small: bool) -> None:
    try:
        scenario, expected, features = invent(seed, engines.real, only)
    except EngineStuck:
        tally.stuck.append(seed)
        engines.renew()
        return
    told = engines.against(scenario, expected)
    tally.played += 1
    reason = next((line for line in told if line.strip().startswith("+deploy -> INVALID_ARGUMENT")), None)
    if reason is not None:
        tally.refused[seed] = told[told.index(reason)].splitlines()[-1]
        return
    tally.covered.update(features)
    if told:
        tally.failed.append(seed)
        print(f"seed {seed}: {len(told)} lines differ", flush=True)
        if small:
            scenario = shrink(scenario, lambda smaller: bool(engines.compare(smaller)))
            told = engines.compare(scenario)
        _save(seed, scenario, told)


def _save(seed: int, scenario: Scenario, told: list[str]) -> None:
    REGRESSIONS.mkdir(exist_ok=True)
    text = json.dumps(scenario.to_json(), indent=1, ensure_ascii=False)
    (REGRESSIONS / f"seed_{seed}.json").write_text(text + "\n", encoding="utf-8")
    print("\n".join([*(f"  {step}" for step in scenario.steps), *(f"  {line}" for line in told[:40])]), flush=True)


if __name__ == "__main__":
    sys.exit(main())
