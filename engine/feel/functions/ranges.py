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


def _precedes(first: Range, second: Range) -> bool:
    if first.high is None or second.low is None:
        return False
    sign = _order(first.high, second.low)
    return sign < 0 or (sign == 0 and not (first.high_included and second.low_included))


@builtin("before(point1: point, point2: point)")
def before(point1: Value, point2: Value) -> bool:
    """Whether the first ends before the second begins."""
    return _precedes(_ends(point1), _ends(point2))


@builtin("after(point1: point, point2: point)")
def after(point1: Value, point2: Value) -> bool:
    """Whether the first begins after the second ends."""
    return _precedes(_ends(point2), _ends(point1))


@builtin("meets(range1: range, range2: range)")
def meets(range1: Range, range2: Range) -> bool:
    """Whether the first ends where the second begins."""
    if range1.high is None or range2.low is None:
        return False
    return _order(range1.high, range2.low) == 0 and range1.high_included and range2.low_included


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
    # What cannot be compared has no answer, even where the end is left out.
    return interval.high is not None and _order(point, interval.high) == 0 and interval.high_included


def _starts_at(point: Value, interval: Range) -> bool:
    return interval.low is not None and _order(point, interval.low) == 0 and interval.low_included


@builtin("finishes(point: point, range: range)")
def finishes(point: Value, range_: Range) -> bool:
    """Whether the point, or the end of a range within, is the end of the range."""
    if not isinstance(point, Range):
        return _ends_at(point, range_)
    return _high_order(point, range_) == 0 and _low_order(point, range_) >= 0


@builtin("finished by(range: range, point: point)")
def finished_by(range_: Range, point: Value) -> bool:
    """Whether the range ends with the point or range."""
    return finishes(point, range_)


@builtin("includes(range: range, point: point)")
def includes(range_: Range, point: Value) -> bool:
    """Whether the point or range lies in the range."""
    inner = _ends(point)
    return _low_order(range_, inner) <= 0 and _high_order(range_, inner) >= 0


@builtin("during(point: point, range: range)")
def during(point: Value, range_: Range) -> bool:
    """Whether the point or range lies in the range."""
    return includes(range_, point)


@builtin("starts(point: point, range: range)")
def starts(point: Value, range_: Range) -> bool:
    """Whether the point, or the beginning of a range within, is the beginning of the range."""
    if not isinstance(point, Range):
        return _starts_at(point, range_)
    return _low_order(point, range_) == 0 and _high_order(point, range_) <= 0


@builtin("started by(range: range, point: point)")
def started_by(range_: Range, point: Value) -> bool:
    """Whether the range begins with the point or range."""
    return starts(point, range_)


@builtin("coincides(point: point, range: range)")
@builtin("coincides(range: range, point: point)")
def coincides_never(first: Value, second: Value) -> bool:
    """Whether the two are the same: a point and a range never are."""
    _order(_ends(first).low, _ends(second).low)
    return False


@builtin("coincides(point1: point, point2: point)")
def coincides(point1: Value, point2: Value) -> bool:
    """Whether the two are the same point, or the same range."""
    first, second = _ends(point1), _ends(point2)
    return _low_order(first, second) == 0 and _high_order(first, second) == 0


for _name, _call in (("before", before), ("after", after)):
    for _parameters in ("point: point, range: range", "range: range, point: point", "range1: range, range2: range"):
        builtin(f"{_name}({_parameters})")(_call)
for _name, _relation in (
    ("finishes", finishes),
    ("starts", starts),
    ("during", during),
    ("finished by", finished_by),
    ("started by", started_by),
    ("includes", includes),
    ("coincides", coincides),
):
    builtin(f"{_name}(range1: range, range2: range)")(_relation)
