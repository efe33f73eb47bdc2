"""Scenarios kept with what the real engine did, so that they can be played against ours alone, without Java.

A line of an archive holds the scenario, the real engine's answers, the stories its records tell and what the scenario covers.
An archive may say digests in place of stories: enough to see that something differs, at a hundredth of the size.
"""

import hashlib
import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.differential.comparison import results_last, told_apart
from tests.differential.player import Played
from tests.differential.scenario import Scenario
from tests.differential.strict import settled, stories

CAMPAIGN = Path(__file__).parent / "campaign.xz"


@dataclass(frozen=True)
class Recorded:
    """A scenario, what the real engine answered and recorded, and what of Zeebe it covers."""

    scenario: Scenario
    answers: list[str]
    stories: dict[str, list[str]]
    covered: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, scenario: Scenario, played: Played, covered: set[str]) -> "Recorded":
        return cls(scenario, played.answers, stories(played.records), sorted(covered))

    def differences(self, played: Played) -> list[str]:
        """How a playing on our gateway differs; empty where it does not."""
        expected, told = self.stories, settled(stories(played.records))
        if any(not lines[0].startswith("sha256 ") for lines in expected.values()):
            expected = settled(expected)
        else:
            told = _digests(told)
        answers = self._without_results(played.lost)
        return [
            *told_apart("answers", {"": results_last(answers)}, {"": results_last(played.answers)}),
            *told_apart("records", expected, told),
        ]

    def _without_results(self, lost: list[str]) -> list[str]:
        """The answers without the results that nobody waited for any more when their instances ended."""
        answers = list(self.answers)
        for step in lost:
            result = next((answer for answer in reversed(answers) if answer.startswith(f"{step} result -> ")), None)
            if result is not None:
                answers.remove(result)
        return answers

    def digested(self) -> "Recorded":
        return replace(self, stories=_digests(settled(self.stories)))

    def to_json(self) -> dict[str, Any]:
        return {
            "scenario": self.scenario.to_json(),
            "answers": self.answers,
            "stories": self.stories,
            "covered": self.covered,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Recorded":
        return cls(Scenario.from_json(data["scenario"]), data["answers"], data["stories"], data["covered"])


def _digests(told: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: [f"sha256 {hashlib.sha256(chr(10).join(lines).encode()).hexdigest()[:16]}"] for name, lines in told.items()}


def read(path: Path) -> Iterator[Recorded]:
    """The scenarios of an archive, compressed or not."""
    content = path.read_bytes()
    text = (lzma.decompress(content) if path.suffix == ".xz" else content).decode()
    for line in text.splitlines():
        yield Recorded.from_json(json.loads(line))


def append(path: Path, recorded: Recorded) -> None:
    with path.open("a", encoding="utf-8") as archive:
        archive.write(json.dumps(recorded.to_json(), ensure_ascii=False) + "\n")
