"""A column of conditions, indexed: which rules match a value, in about the time of one comparison.

A set of rules is one integer with a bit per rule. Cells that compare with constants answer the same for all values between two
neighbouring constants, so their answer is computed once for such a slot, by evaluating the cells themselves, and kept.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from engine.dmn.run import Run
from engine.feel import CompiledUnaryTests, ConstantComparison, ConstantInterval, TestForm, Value, normalise
from engine.feel.scopes import Context

# Answers kept per column; beyond that the column starts to remember anew.
MAX_SLOTS = 8192

type Cell = tuple[int, CompiledUnaryTests]


def bits(rules: int) -> Iterator[int]:
    """Indexes of the rules in a set, from 0, in order."""
    while rules:
        lowest = rules & -rules
        yield lowest.bit_length() - 1
        rules ^= lowest


class Column:
    """The cells of one input; None is a cell that matches everything."""

    __slots__ = ("_always", "_constant", "_dates", "_dynamic", "_has_other_order", "_numbers", "_slots", "_texts")

    def __init__(self, cells: Sequence[CompiledUnaryTests | None]) -> None:
        self._always = sum(1 << row for row, cell in enumerate(cells) if cell is None or cell.is_any)
        tested = [(1 << row, cell) for row, cell in enumerate(cells) if cell is not None and not cell.is_any]
        self._constant = [cell for cell in tested if _is_constant(cell[1])]
        self._dynamic = [cell for cell in tested if not _is_constant(cell[1])]
        constants = [known for _, cell in self._constant for test in cell.tests for known in _constants(test)]
        self._numbers = sorted({value for value, _ in constants if type(value) is Decimal})
        self._dates = sorted({value for value, _ in constants if type(value) is date})
        self._texts = frozenset(value for value, _ in constants if type(value) is str)
        # Types whose values the constants order in a way that is not indexed here.
        self._has_other_order = {type(value) for value, is_ordered in constants if is_ordered} - {Decimal, date}
        self._slots: dict[object, int] = {}

    def matching(self, value: Value, among: int, context: Context, run: Run) -> int:
        """Those of the rules `among` whose cell matches the value."""
        value = normalise(value)
        slot = self._slot(value)
        if slot is None:
            found = self._always | _test(self._constant, value, among, context, run)
        else:
            known = self._slots.get(slot)
            found = self._learn(slot, value, context, run) if known is None else known
        if self._dynamic:
            found |= _test(self._dynamic, value, among, context, run)
        return found & among

    def _learn(self, slot: object, value: Value, context: Context, run: Run) -> int:
        found = self._always | _test(self._constant, value, -1, context, run)
        if len(self._slots) >= MAX_SLOTS:
            self._slots.clear()
        self._slots[slot] = found
        return found

    def _slot(self, value: Value) -> object:
        """A name for all values that the constant cells cannot tell apart, None where they may."""
        kind = type(value)
        if kind is Decimal:
            numbers = self._numbers
            place = bisect_left(numbers, value)
            return 2 * place + 1 if place < len(numbers) and numbers[place] == value else 2 * place
        if kind is str and str not in self._has_other_order:
            return ("text", value) if value in self._texts else "other text"
        if kind is bool or value is None:
            return kind, value
        if kind is date and not self._has_other_order:
            place = bisect_left(self._dates, value)
            return "date", place, place < len(self._dates) and self._dates[place] == value
        return None


def _test(cells: Sequence[Cell], value: Value, among: int, context: Context, run: Run) -> int:
    found = 0
    for bit, cell in cells:
        if among & bit and run.matches(cell, value, context):
            found |= bit
    return found


def _is_constant(cell: CompiledUnaryTests) -> bool:
    return all(isinstance(test, ConstantComparison | ConstantInterval) for test in cell.tests)


def _constants(test: TestForm) -> list[tuple[Value, bool]]:
    """The constants a test compares its input with, and whether their order matters."""
    match test:
        case ConstantComparison(operator=operator, value=value):
            return [(value, operator not in {"=", "!="})]
        case ConstantInterval(interval=interval):
            return [(interval.low, True), (interval.high, True)]
        case _:
            return []
