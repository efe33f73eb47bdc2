"""Boxed filter, `for`, `some` and `every`: they mean what the expressions of the same names mean in FEEL."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from engine.dmn.run import Run
from engine.feel import FeelLimitExceeded, Range, Value
from engine.feel.json_values import normalise
from engine.feel.scopes import Context, ItemScope, Scope

type Logic = Callable[[Context, Run], Value]

MAX_ITEMS = 100_000


@dataclass(frozen=True, slots=True)
class Loop:
    """A boxed `for`, `some` or `every`, compiled."""

    kind: str
    variable: str
    source: Logic
    body: Logic


def _items(value: Value, run: Run) -> list[Value] | None:
    """What is looped over; a single value is a list of one."""
    if value is None:
        run.warn("null is no list")
        return None
    if type(value) is Range:
        return _counted(value, run)
    return value if type(value) is list else [value]


def _counted(value: Range, run: Run) -> list[Value] | None:
    low, high = normalise(value.low), normalise(value.high)
    if type(low) is not Decimal or type(high) is not Decimal or low % 1 or high % 1:
        run.warn("only a range of whole numbers can be looped over")
        return None
    if abs(high - low) > MAX_ITEMS:
        raise FeelLimitExceeded(f"A range of more than {MAX_ITEMS} numbers is too long to loop over.")
    first, last = int(low) + (not value.low_included), int(high) - (not value.high_included)
    step = 1 if first <= last else -1
    return [Decimal(number) for number in range(first, last + step, step)]


def evaluate_filter(source: Logic, match: Logic, context: Context, run: Run) -> Value:
    """The items for which `match` is true, or the item at a number."""
    items = _items(source(context, run), run)
    if items is None:
        return None
    kept: list[Value] = []
    for item in items:
        run.spend()
        chosen = match(ItemScope(context, normalise(item)), run)
        if type(chosen) is Decimal:
            return _at(items, chosen)
        if chosen is True:
            kept.append(item)
    return kept


def _at(items: list[Value], place: Decimal) -> Value:
    if place % 1 or not 1 <= abs(place) <= len(items):
        return None
    return items[int(place) - 1 if place > 0 else int(place)]


def evaluate_for(loop: Loop, context: Context, run: Run) -> Value:
    """The body for each item; it sees the results so far as `partial`."""
    items = _items(loop.source(context, run), run)
    if items is None:
        return None
    results: list[Value] = []
    for item in items:
        # Each round copies what there is so far, so a round costs more the later it comes.
        run.spend(1 + len(results) // 64)
        results.append(loop.body(Scope(context, {loop.variable: item, "partial": list(results)}), run))
    return results


def evaluate_quantified(loop: Loop, context: Context, run: Run) -> Value:
    """Whether the body is true for some item, or for every one; null where a null leaves that open."""
    items = _items(loop.source(context, run), run)
    if items is None:
        return None
    decides = loop.kind == "some"
    is_open = False
    for item in items:
        run.spend()
        value = loop.body(Scope(context, {loop.variable: item}), run)
        if value is decides:
            return decides
        is_open |= type(value) is not bool
    return None if is_open else not decides
