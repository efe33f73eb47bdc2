"""Range functions: how points and ranges lie to each other (Allen's relations)."""

from engine.feel.functions.registry import Unsuitable, builtin
from engine.feel.operators import order
from engine.feel.text import excerpt
from engine.feel.values import Range, Value


def _order(left: Value, right: Value) -> int:
    sign = order(left, right)
    if sign is None:
        raise Unsuitable(f"can't compare '{excerpt(left)}' with '{excerpt(right)}'")
    return sign


def _ends(value: Value) -> Range:
    return value if isinstance(value, Range) else Range(value, value)


def _two_ranges(first: Value, second: Value) -> tuple[Range, Range]:
    if not isinstance(first, Range) or not isinstance(second, Range):
        raise Unsuitable("expected two ranges")
    return first, second


def _precedes(first: Range, second: Range) -> bool:
    if first.high is None or second.low is None:
        return False
    sign = _order(first.high, second.low)
    return sign < 0 or (sign == 0 and not (first.high_included and second.low_included))


@builtin("before(point1: any, point2: any)")
def before(point1: Value, point2: Value) -> bool:
    """Whether the first ends before the second begins."""
    return _precedes(_ends(point1), _ends(point2))


@builtin("after(point1: any, point2: any)")
def after(point1: Value, point2: Value) -> bool:
    """Whether the first begins after the second ends."""
    return _precedes(_ends(point2), _ends(point1))


@builtin("meets(range1: range, range2: range)")
def meets(range1: Range, range2: Range) -> bool:
    """Whether the first ends where the second begins."""
    if range1.high is None or range2.low is None:
        return False
    return range1.high_included and range2.low_included and _order(range1.high, range2.low) == 0


@builtin("met by(range1: range, range2: range)")
def met_by(range1: Range, range2: Range) -> bool:
    """Whether the first begins where the second ends."""
    return meets(range2, range1)


@builtin("overlaps(range1: range, range2: range)")
def overlaps(range1: Range, range2: Range) -> bool:
    """Whether the two share a point."""
    return not _precedes(range1, range2) and not _precedes(range2, range1)


def _low_order(first: Range, second: Range) -> int:
    """Which range begins first; an included end begins before one left out."""
    if first.low is None or second.low is None:
        return (second.low is None) - (first.low is None)
    return _order(first.low, second.low) or second.low_included - first.low_included


def _high_order(first: Range, second: Range) -> int:
    """Which range ends first; an end left out ends before an included one."""
    if first.high is None or second.high is None:
        return (first.high is None) - (second.high is None)
    return _order(first.high, second.high) or first.high_included - second.high_included


@builtin("overlaps before(range1: range, range2: range)")
def overlaps_before(range1: Range, range2: Range) -> bool:
    """Whether the first begins before the second and ends within it."""
    return overlaps(range1, range2) and _low_order(range1, range2) < 0 and _high_order(range1, range2) <= 0


@builtin("overlaps after(range1: range, range2: range)")
def overlaps_after(range1: Range, range2: Range) -> bool:
    """Whether the first begins within the second and ends after it."""
    return overlaps_before(range2, range1)


def _ends_at(point: Value, interval: Range) -> bool:
    return interval.high_included and interval.high is not None and _order(point, interval.high) == 0


def _starts_at(point: Value, interval: Range) -> bool:
    return interval.low_included and interval.low is not None and _order(point, interval.low) == 0


@builtin("finishes(point: any, range: range)")
def finishes(point: Value, range_: Range) -> bool:
    """Whether the point, or the end of a range within, is the end of the range."""
    if not isinstance(point, Range):
        return _ends_at(point, range_)
    return _high_order(point, range_) == 0 and _low_order(point, range_) >= 0


@builtin("finished by(range: range, point: any)")
def finished_by(range_: Range, point: Value) -> bool:
    """Whether the range ends with the point or range."""
    return finishes(point, range_)


@builtin("includes(range: range, point: any)")
def includes(range_: Range, point: Value) -> bool:
    """Whether the point or range lies in the range."""
    inner = _ends(point)
    return _low_order(range_, inner) <= 0 and _high_order(range_, inner) >= 0


@builtin("during(point: any, range: range)")
def during(point: Value, range_: Range) -> bool:
    """Whether the point or range lies in the range."""
    return includes(range_, point)


@builtin("starts(point: any, range: range)")
def starts(point: Value, range_: Range) -> bool:
    """Whether the point, or the beginning of a range within, is the beginning of the range."""
    if not isinstance(point, Range):
        return _starts_at(point, range_)
    return _low_order(point, range_) == 0 and _high_order(point, range_) <= 0


@builtin("started by(range: range, point: any)")
def started_by(range_: Range, point: Value) -> bool:
    """Whether the range begins with the point or range."""
    return starts(point, range_)


@builtin("coincides(point1: any, point2: any)")
def coincides(point1: Value, point2: Value) -> bool:
    """Whether the two are the same point, or the same range."""
    if isinstance(point1, Range) != isinstance(point2, Range):
        raise Unsuitable("expected two points or two ranges")
    first, second = _ends(point1), _ends(point2)
    return _low_order(first, second) == 0 and _high_order(first, second) == 0


for _name in ("before", "after"):
    for _parameters in ("point: any, range: any", "range: any, point: any", "range1: any, range2: any"):
        builtin(f"{_name}({_parameters})")(before if _name == "before" else after)
for _name, _call in (("finishes", finishes), ("starts", starts), ("during", during)):
    builtin(f"{_name}(range1: any, range2: range)")(_call)
for _name, _inverse in (("finished by", finished_by), ("started by", started_by), ("includes", includes)):
    builtin(f"{_name}(range1: range, range2: any)")(_inverse)
builtin("coincides(range1: any, range2: any)")(coincides)
