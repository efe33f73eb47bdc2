"""A column of conditions, indexed: which rules match a value, in about the time of one comparison.

A set of rules is one integer with a bit per rule. Cells that compare with constants answer the same for all values between two
neighbouring constants. For numbers and listed texts the sets of all such slots are made beforehand; for any other value the
cells are evaluated when its slot is seen first, and the answer is kept.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from engine.dmn.run import Run
from engine.dmn.slots import Cell, compares_numbers, equals_texts, rules_by_number, rules_by_text
from engine.feel import CompiledUnaryTests, ConstantComparison, ConstantInterval, TestForm, Value, normalise
from engine.feel.scopes import Context

# Answers kept per column; beyond that the column starts to remember anew.
MAX_SLOTS = 8192


def bits(rules: int) -> Iterator[int]:
    """Indexes of the rules in a set, from 0, in order."""
    while rules:
        lowest = rules & -rules
        yield lowest.bit_length() - 1
        rules ^= lowest


class Column:
    """The cells of one input; None is a cell that matches everything."""

    __slots__ = (
        "_always",
        "_by_number",
        "_by_text",
        "_constant",
        "_dates",
        "_dynamic",
        "_not_listed",
        "_not_numeric",
        "_numbers",
        "_order",
        "_slots",
        "_texts",
    )

    def __init__(self, cells: Sequence[CompiledUnaryTests | None]) -> None:
        self._always = sum(1 << row for row, cell in enumerate(cells) if cell is None or cell.is_any)
        tested = [(1 << row, cell) for row, cell in enumerate(cells) if cell is not None and not cell.is_any]
        # Cells that compare with constants only, and those that have to be evaluated each time.
        self._constant = [cell for cell in tested if _is_constant(cell[1])]
        self._dynamic = [cell for cell in tested if not _is_constant(cell[1])]
        constants = [known for _, cell in self._constant for test in cell.tests for known in _constants(test)]
        self._dates = sorted({value for value, _ in constants if type(value) is date})
        # Types whose values the constants put in order.
        self._order = {type(value) for value, is_ordered in constants if is_ordered}
        self._texts = frozenset(value for value, _ in constants if type(value) is str)
        self._numbers = sorted({value for value, _ in constants if type(value) is Decimal})
        # For each type: the sets made beforehand, and the constant cells that they leave out.
        numeric, self._not_numeric = _parted(self._constant, compares_numbers)
        by_number = rules_by_number(numeric, self._numbers)
        if by_number is None:
            by_number, self._not_numeric = [0] * (2 * len(self._numbers) + 1), self._constant
        self._by_number = by_number
        listed, self._not_listed = _parted(self._constant, equals_texts)
        self._by_text = rules_by_text(listed)
        self._slots: dict[object, int] = {}

    def matching(self, value: Value, among: int, context: Context, run: Run) -> int:
        """Those of the rules `among` whose cell matches the value."""
        value = normalise(value)
        kind = type(value)
        if kind is Decimal:
            place = bisect_left(self._numbers, value)
            slot = 2 * place + (place < len(self._numbers) and self._numbers[place] == value)
            found = self._always | self._by_number[slot]
            if self._not_numeric:
                found |= self._learnt(slot, self._not_numeric, value, context, run)
        elif kind is str:
            found = self._always | self._by_text.get(value, 0)
            if self._not_listed:
                found |= self._of_text(value, among, context, run)
        else:
            found = self._always | self._of_another(value, among, context, run)
        if self._dynamic:
            found |= _test(self._dynamic, value, among, context, run)
        return found & among

    def _of_text(self, value: str, among: int, context: Context, run: Run) -> int:
        if str in self._order:
            return _test(self._not_listed, value, among, context, run)
        # These compare for equality: texts that no cell names are all the same to them.
        slot = ("text", value) if value in self._texts else "other text"
        return self._learnt(slot, self._not_listed, value, context, run)

    def _of_another(self, value: Value, among: int, context: Context, run: Run) -> int:
        kind = type(value)
        if kind is bool or value is None:
            return self._learnt((kind, value), self._constant, value, context, run)
        if kind is date and self._order <= {Decimal, date}:
            place = bisect_left(self._dates, value)
            slot = "date", place, place < len(self._dates) and self._dates[place] == value
            return self._learnt(slot, self._constant, value, context, run)
        return _test(self._constant, value, among, context, run)

    def _learnt(self, slot: object, cells: Sequence[Cell], value: Value, context: Context, run: Run) -> int:
        """The cells' answer for a slot: evaluated once, for all rules."""
        known = self._slots.get(slot)
        if known is None:
            known = _test(cells, value, -1, context, run)
            if len(self._slots) >= MAX_SLOTS:
                self._slots.clear()
            self._slots[slot] = known
        return known


def _parted(cells: Sequence[Cell], is_of: Callable[[CompiledUnaryTests], bool]) -> tuple[list[Cell], list[Cell]]:
    """The cells that are so, and the others."""
    those: list[Cell] = []
    others: list[Cell] = []
    for cell in cells:
        (those if is_of(cell[1]) else others).append(cell)
    return those, others


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
