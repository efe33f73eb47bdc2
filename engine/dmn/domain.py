"""What can stand in an input column, cut into segments within which every constant cell answers the same.

The segments of a numeric column are the constants of its cells and the open stretches between them; each has a sample value,
and the cells themselves are asked whether they match the sample. Null is left out: it seldom is what a designer forgot.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from engine.dmn.model import DecisionTable, InputClause, ItemDefinition, Text
from engine.feel import (
    CompiledUnaryTests,
    ConstantComparison,
    ConstantInterval,
    Dialect,
    FeelError,
    Value,
    compile_unary_tests,
    format_value,
)

WHOLE_NUMBERS = frozenset({"integer", "long"})
MAX_TYPE_STEPS = 20


@dataclass(frozen=True, slots=True)
class Segment:
    """Values that the cells of a column cannot tell apart. Without a low and high end it is a single value or a rest."""

    sample: Value
    text: str
    # The ends of an open stretch; None is no end.
    low: Value = None
    high: Value = None
    is_stretch: bool = False


@dataclass(frozen=True, slots=True)
class ColumnDomain:
    """The segments of a column, and for each rule the set of segments it matches as bits; None where nobody can tell."""

    title: str
    segments: Sequence[Segment]
    cells: Sequence[int | None]
    texts: Sequence[str]

    @property
    def whole(self) -> int:
        """All segments."""
        return (1 << len(self.segments)) - 1

    def may_match(self, rule: int) -> int:
        """The segments a rule matches, all of them where nobody can tell."""
        cell = self.cells[rule]
        return self.whole if cell is None else cell


def domain_of(table: DecisionTable, index: int, dialect: Dialect, items: dict[str, ItemDefinition]) -> ColumnDomain:
    """The domain of an input column."""
    clause = table.inputs[index]
    type_ref, allowed = _base_type(clause, items)
    texts = [rule.inputs[index].text for rule in table.rules]
    cells = [_compiled(text, dialect) for text in texts]
    limit = None if allowed is None else _compiled(allowed.text, dialect)
    constants = list(_constants(cell for cell in [*cells, limit] if cell is not None))
    segments = _segments(constants, type_ref)
    if limit is not None and _is_constant(limit):
        segments = [segment for segment in segments if limit.matches(segment.sample) is True]
    return ColumnDomain(clause.title, segments, [_mask(cell, segments) for cell in cells], texts)


def _base_type(clause: InputClause, items: dict[str, ItemDefinition]) -> tuple[str, Text | None]:
    """The built-in type of the column and its allowed values, its own or those of its item definition."""
    type_ref, allowed = clause.type_ref, clause.allowed
    for _ in range(MAX_TYPE_STEPS):
        item = items.get(type_ref)
        if item is None or item.is_collection:
            break
        allowed = allowed or item.allowed
        type_ref = item.type_ref
    return type_ref, allowed if allowed is not None and allowed.text else None


def _compiled(text: str, dialect: Dialect) -> CompiledUnaryTests | None:
    try:
        return compile_unary_tests(text, dialect=dialect)
    except FeelError:
        return None


def _is_constant(cell: CompiledUnaryTests) -> bool:
    return all(isinstance(test, ConstantComparison | ConstantInterval) for test in cell.tests)


def _constants(cells: Iterable[CompiledUnaryTests]) -> Iterable[Value]:
    for cell in cells:
        for test in cell.tests:
            match test:
                case ConstantComparison(value=value):
                    yield value
                case ConstantInterval(interval=interval):
                    yield interval.low
                    yield interval.high


def _mask(cell: CompiledUnaryTests | None, segments: Sequence[Segment]) -> int | None:
    if cell is None or not _is_constant(cell):
        return None
    return sum(1 << place for place, segment in enumerate(segments) if cell.is_any or cell.matches(segment.sample) is True)


def _segments(constants: Sequence[Value], type_ref: str) -> list[Segment]:
    numbers = sorted({value for value in constants if type(value) is Decimal})
    dates = sorted({value for value in constants if type(value) is date})
    texts = list(dict.fromkeys(value for value in constants if type(value) is str))
    segments: list[Segment] = []
    if numbers:
        segments += _ordered(numbers, Decimal(1), is_whole=type_ref in WHOLE_NUMBERS)
    if dates:
        segments += _ordered(dates, timedelta(days=1), is_whole=True)
    if texts:
        segments += [Segment(text, format_value(text)) for text in texts]
        segments.append(Segment(_another(texts), f"not({', '.join(map(format_value, texts))})"))
    if type_ref == "boolean" or any(type(value) is bool for value in constants):
        segments += [Segment(True, "true"), Segment(False, "false")]  # noqa: FBT003 - the values themselves.
    return segments or [Segment(None, "-")]


def _ordered[V: (Decimal, date)](constants: Sequence[V], step: Decimal | timedelta, *, is_whole: bool) -> list[Segment]:
    """Points and the open stretches before, between and after them."""
    first, last = constants[0], constants[-1]
    segments = [Segment(first - step, f"< {format_value(first)}", None, first, is_stretch=True)]  # type: ignore[operator]
    for place, constant in enumerate(constants):
        segments.append(Segment(constant, format_value(constant)))
        if constant is last:
            break
        following = constants[place + 1]
        is_empty = is_whole and following - constant <= step  # type: ignore[operator]
        if not is_empty:
            sample = constant + step if is_whole else constant + (following - constant) / 2  # type: ignore[operator]
            text = f"]{format_value(constant)}..{format_value(following)}["
            segments.append(Segment(sample, text, constant, following, is_stretch=True))
    segments.append(Segment(last + step, f"> {format_value(last)}", last, None, is_stretch=True))  # type: ignore[operator]
    return segments


def _another(texts: Sequence[str]) -> str:
    """A text that is none of these."""
    other = "other"
    while other in texts:
        other += "_"
    return other


def describe(segments: Sequence[Segment], chosen: int) -> str:
    """Unary tests for a set of segments: runs of neighbours become intervals."""
    if chosen == (1 << len(segments)) - 1:
        return "-"
    parts: list[str] = []
    run: list[Segment] = []
    for place, segment in enumerate(segments):
        if chosen >> place & 1 and (not run or _are_neighbours(run[-1], segment)):
            run.append(segment)
            continue
        if run:
            parts.append(_interval(run))
        run = [segment] if chosen >> place & 1 else []
    if run:
        parts.append(_interval(run))
    return ", ".join(parts)


def _are_neighbours(one: Segment, other: Segment) -> bool:
    return (one.is_stretch and one.high is not None and one.high == other.sample) or (
        other.is_stretch and other.low is not None and other.low == one.sample
    )


def _interval(run: Sequence[Segment]) -> str:
    first, last = run[0], run[-1]
    if len(run) == 1:
        return first.text
    if first.is_stretch and first.low is None:
        return f"< {format_value(last.high)}" if last.is_stretch else f"<= {format_value(last.sample)}"
    if last.is_stretch and last.high is None:
        return f"> {format_value(first.low)}" if first.is_stretch else f">= {format_value(first.sample)}"
    start = f"]{format_value(first.low)}" if first.is_stretch else f"[{format_value(first.sample)}"
    end = f"{format_value(last.high)}[" if last.is_stretch else f"{format_value(last.sample)}]"
    return f"{start}..{end}"
