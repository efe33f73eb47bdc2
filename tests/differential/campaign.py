"""`python -m tests.differential.campaign FIRST LAST`: plays generated scenarios on both engines and tells what differs.

`--only BLOCK …` builds from some blocks alone; `--shrink` makes each failing scenario small;
`--record FILE` writes the table of what was covered, which `tests.differential.coverage` adds up. Failing ones are saved under
`regressions/`, where the tests play them from then on.
"""

import argparse
import json
import sys
import time
from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.differential.actor import invent
from tests.differential.archive import Recorded, append
from tests.differential.comparison import differences
from tests.differential.coverage import covered, write
from tests.differential.engines import EngineStuck, embedded_engine, real_engine
from tests.differential.player import Played, Player
from tests.differential.restarting_engine import RestartingEngine
from tests.differential.scenario import Scenario
from tests.differential.shrinker import shrink

REGRESSIONS = Path(__file__).parent / "regressions"


def refusal(told: list[str]) -> str | None:
    """Why our gateway alone refused to deploy the scenario's files; None if it did not."""
    refused = next((line for line in told if line.strip().startswith("+deploy -> INVALID_ARGUMENT")), None)
    return None if refused is None else refused.splitlines()[-1].strip()


class Engines:
    """Both engines; a real one that got stuck is replaced."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.embedded = self._stack.enter_context(embedded_engine(RestartingEngine))
        self.real = self._stack.enter_context(real_engine())
        self._again = 0

    def compare(self, scenario: Scenario) -> list[str]:
        """What differs when both play the scenario; nothing where the real engine gets stuck."""
        self._again += 1
        scenario = scenario.renamed(f"{scenario.name}again{self._again}")
        try:
            expected = Player(self.real, scenario).play()
        except EngineStuck:
            self.renew()
            return []
        # A file that does not deploy leaves an earlier version in its place: that would compare something else.
        return self.against(scenario, expected) if expected.answers[0].startswith("deploy -> OK") else []

    def against(self, scenario: Scenario, expected: Played) -> list[str]:
        try:
            return differences(expected, Player(self.embedded, scenario).play())
        except EngineStuck as stuck:
            self.embedded.restart()
            return [str(stuck)]

    def renew(self) -> None:
        """Both anew: they must agree on what time it is."""
        self._stack.close()
        self.embedded = self._stack.enter_context(embedded_engine(RestartingEngine))
        self.real = self._stack.enter_context(real_engine())

    def close(self) -> None:
        self._stack.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--shrink", action="store_true")
    parser.add_argument("--record", type=Path, help="write the table of what was covered")
    parser.add_argument("--archive", type=Path, help="append each scenario with what the real engine did")
    parser.add_argument("--minutes", type=float, default=600, help="stop after so long")
    arguments = parser.parse_args()
    end = time.monotonic() + 60 * arguments.minutes
    tally = Tally(archive=arguments.archive)
    with closing(Engines()) as engines:
        for seed in range(arguments.first, arguments.last + 1):
            if time.monotonic() > end:
                break
            _play(seed, engines, tally, tuple(arguments.only), small=arguments.shrink)
    tally.tell()
    if arguments.record:
        write(arguments.record, tally.covered, played=tally.played, differing=tally.failed)
    return bool(tally.failed)


@dataclass
class Tally:
    """What a campaign has seen."""

    played: int = 0
    stuck: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    failed: list[int] = field(default_factory=list)
    covered: Counter[str] = field(default_factory=Counter)
    archive: Path | None = None

    def tell(self) -> None:
        print(f"{self.played} scenarios, {len(self.failed)} differ: {self.failed}")
        print(f"{len(self.refused)} refused by the embedded gateway alone")
        print(f"{len(self.stuck)} left the real engine stuck: {self.stuck}")
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
    if tally.archive is not None:
        append(tally.archive, Recorded.of(scenario, expected, covered(scenario, expected.records, features)))
    told = engines.against(scenario, expected)
    tally.played += 1
    reason = refusal(told)
    if reason is not None:
        tally.refused[seed] = reason
        return
    if not told:
        tally.covered.update(covered(scenario, expected.records, features))
    else:
        tally.failed.append(seed)
        print(f"seed {seed}: {len(told)} lines differ", flush=True)
        if small:
            scenario = shrink(scenario, lambda smaller: bool(engines.compare(smaller))).renamed(f"{scenario.name}small")
            expected = Player(engines.real, scenario).play()
            told = engines.against(scenario, expected)
        _save(seed, Recorded.of(scenario, expected, covered(scenario, expected.records, features)), told)


def _save(seed: int, recorded: Recorded, told: list[str]) -> None:
    REGRESSIONS.mkdir(exist_ok=True)
    text = json.dumps(recorded.to_json(), indent=1, ensure_ascii=False)
    (REGRESSIONS / f"seed_{seed}.json").write_text(text + "\n", encoding="utf-8")
    print(
        "\n".join([*(f"  {step}" for step in recorded.scenario.steps), *(f"  {_short(line)}" for line in told[:40])]),
        flush=True,
    )


def _short(line: str) -> str:
    return line if len(line) <= 400 else f"{line[:400]} …"


if __name__ == "__main__":
    sys.exit(main())
