"""What differs between two playings of one scenario, said in lines a person can act on."""

from difflib import unified_diff

from tests.differential.normaliser import order, outcome
from tests.differential.player import Played
from tests.differential.strict import stories


def differences(expected: Played, actual: Played) -> list[str]:
    """Empty where both engines did the same."""
    return [
        *told_apart("answers", {"": expected.answers}, {"": actual.answers}),
        *told_apart("outcome", outcome(expected.records), outcome(actual.records)),
        *told_apart("order", order(expected.records), order(actual.records)),
        *told_apart("records", stories(expected.records), stories(actual.records)),
    ]


def told_apart(level: str, expected: dict[str, list[str]], actual: dict[str, list[str]]) -> list[str]:
    told: list[str] = []
    for name in sorted({*expected, *actual}):
        changes = unified_diff(expected.get(name, []), actual.get(name, []), "zeebe", "penstock", lineterm="", n=2)
        body = list(changes)[2:]
        if body:
            told += [f"{level} {name}".rstrip(), *(f"  {line}" for line in body)]
    return told
