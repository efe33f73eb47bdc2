"""Sets of rules by slot, made at once for all slots of a column.

Sorted constants cut a column's values into slots: slot 2i+1 is the i-th constant itself, slot 2i what lies before it. A cell
that compares with constants matches a few runs of slots; walking the ends of all runs in order gives the rules of every slot.
"""

from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal

from engine.feel import CompiledUnaryTests, ConstantComparison, ConstantInterval, TestForm

# Bits that the sets of one column may take; larger columns learn slot by slot.
MAX_BITS = 400_000_000

type Cell = tuple[int, CompiledUnaryTests]
type Run = tuple[int, int]


def compares_numbers(cell: CompiledUnaryTests) -> bool:
    """Whether every test of the cell compares with numbers, so that any number matches or does not."""
    return all(_is_number_test(test) for test in cell.tests)


def equals_texts(cell: CompiledUnaryTests) -> bool:
    """Whether the cell lists the texts it matches."""
    return not cell.negated and all(
        isinstance(test, ConstantComparison) and test.operator == "=" and type(test.value) is str for test in cell.tests
    )


def _is_number_test(test: TestForm) -> bool:
    match test:
        case ConstantComparison(value=value):
            return type(value) is Decimal
        case ConstantInterval(interval=interval):
            return type(interval.low) is Decimal and type(interval.high) is Decimal
        case _:
            return False


def rules_by_number(cells: Sequence[Cell], constants: Sequence[Decimal]) -> list[int] | None:
    """The rules of every slot, None where that would take too much memory."""
    last = 2 * len(constants)
    if last * len(cells) > MAX_BITS:
        return None
    changes = [0] * (last + 2)
    for bit, cell in cells:
        for first, final in _runs(cell, constants, last):
            changes[first] ^= bit
            changes[final + 1] ^= bit
    found, rules = [], 0
    for change in changes[:-1]:
        rules ^= change
        found.append(rules)
    return found


def rules_by_text(cells: Sequence[Cell]) -> dict[str, int]:
    """The rules of every text that is listed."""
    found: dict[str, int] = {}
    for bit, cell in cells:
        for test in cell.tests:
            if isinstance(test, ConstantComparison):
                found[test.value] = found.get(test.value, 0) | bit
    return found


def _runs(cell: CompiledUnaryTests, constants: Sequence[Decimal], last: int) -> list[Run]:
    """The runs of slots a cell matches, in order and apart from each other."""
    joined: list[Run] = []
    for first, final in sorted(run for test in cell.tests for run in _runs_of_test(test, constants, last)):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(joined[-1][1], final)
        else:
            joined.append((first, final))
    return _others(joined, last) if cell.negated else joined


def _others(runs: Sequence[Run], last: int) -> list[Run]:
    """What the runs leave out."""
    found, start = [], 0
    for first, final in runs:
        if start < first:
            found.append((start, first - 1))
        start = final + 1
    return [*found, (start, last)] if start <= last else found


def _runs_of_test(test: TestForm, constants: Sequence[Decimal], last: int) -> list[Run]:
    match test:
        case ConstantComparison(operator=operator, value=value):
            at = 2 * bisect_left(constants, value) + 1
            return {
                "=": [(at, at)],
                "<": [(0, at - 1)],
                "<=": [(0, at)],
                ">": [(at + 1, last)],
                ">=": [(at, last)],
                "!=": [(0, at - 1), (at + 1, last)],
            }[operator]
        case ConstantInterval(interval=interval):
            low = 2 * bisect_left(constants, interval.low) + (1 if interval.low_included else 2)
            high = 2 * bisect_left(constants, interval.high) + (1 if interval.high_included else 0)
            return [(low, high)] if low <= high else []
        case _:
            return []
