"""What differs between two playings of one scenario, said in lines a person can act on."""

import re
from difflib import unified_diff

from tests.differential.normaliser import order, outcome
from tests.differential.player import Played
from tests.differential.strict import settled, stories

_RESULT = re.compile(r" result -> ")


def differences(expected: Played, actual: Played) -> list[str]:
    """Empty where both engines did the same."""
    return [
        *told_apart("answers", {"": results_last(expected.answers)}, {"": results_last(actual.answers)}),
        *told_apart("outcome", outcome(expected.records), outcome(actual.records)),
        *told_apart("order", order(expected.records), order(actual.records)),
        *told_apart("records", settled(stories(expected.records)), settled(stories(actual.records))),
    ]


def results_last(answers: list[str]) -> list[str]:
    """Those who wait for an instance's result get it while other commands are answered: no step is the one they belong to."""
    results = [answer for answer in answers if _RESULT.search(answer)]
    return [*(answer for answer in answers if not _RESULT.search(answer)), *sorted(results)]


def told_apart(level: str, expected: dict[str, list[str]], actual: dict[str, list[str]]) -> list[str]:
    told: list[str] = []
    for name in sorted({*expected, *actual}):
        changes = unified_diff(expected.get(name, []), actual.get(name, []), "zeebe", "penstock", lineterm="", n=2)
        body = list(changes)[2:]
        if body:
            told += [f"{level} {name}".rstrip(), *(f"  {line}" for line in body)]
    return told
