"""List functions. Positions count from 1, or from the end if negative."""

from collections import Counter
from decimal import Decimal
from functools import cmp_to_key
from math import sqrt

from engine.feel.dialect import Dialect
from engine.feel.functions.registry import Broken, Unsuitable, builtin
from engine.feel.identity import identity
from engine.feel.json_values import normalise
from engine.feel.numbers import DECIMAL128, ONE, add, divide, from_float, multiply, subtract
from engine.feel.operators import equal, order
from engine.feel.run import Run
from engine.feel.text import excerpt
from engine.feel.values import Function, Value

type Items = list[Value]


@builtin("list contains(list: list, element: any)")
def list_contains(items: Items, element: Value) -> bool:
    """Whether the element is in the list."""
    return any(equal(item, element) is True for item in items)


@builtin("count(list: list)")
def count(items: Items) -> Decimal:
    """How many items."""
    return Decimal(len(items))


def _extreme(items: Items, sign: int) -> Value:
    if not items:
        return None
    best = items[0]
    for item in items[1:]:
        answer = order(item, best)
        if answer is None:
            raise Unsuitable(f"{excerpt(items)} is not comparable")
        if answer == sign:
            best = item
    if len(items) == 1 and order(best, best) is None:
        raise Unsuitable(f"'{excerpt(best)}' has no order")
    return best


@builtin("min(list*: any)")
def min_(items: Items) -> Value:
    """The smallest item."""
    return _extreme(items, -1)


@builtin("max(list*: any)")
def max_(items: Items) -> Value:
    """The largest item."""
    return _extreme(items, 1)


def _numbers(items: Items) -> list[Decimal]:
    for item in items:
        if type(item) is not Decimal:
            raise Unsuitable(f"expected number but found '{excerpt(item)}'")
    return items


def _sum(items: list[Decimal]) -> Decimal:
    total = items[0]
    for item in items[1:]:
        total = add(total, item)
    return total


@builtin("sum(list*: any)")
def sum_(items: Items) -> Value:
    """The sum; null of nothing."""
    return _sum(_numbers(items)) if items else None


@builtin("product(list*: any)")
def product(items: Items) -> Value:
    """The product; null of nothing."""
    total = ONE
    for item in _numbers(items):
        total = multiply(total, item)
    return total if items else None


@builtin("mean(list*: any)")
def mean(items: Items) -> Value:
    """The average; null of nothing."""
    return divide(_sum(_numbers(items)), Decimal(len(items))) if items else None


@builtin("median(list*: any)")
def median(items: Items) -> Value:
    """The middle item, or the average of the two in the middle."""
    if not items:
        return None
    ordered = sorted(_numbers(items))
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return divide(add(ordered[middle - 1], ordered[middle]), Decimal(2))


def _variance(items: Items) -> Decimal:
    if not _numbers(items):
        raise Unsuitable("there is nothing to measure")
    if len(items) < 2:
        raise Broken("a standard deviation needs two numbers at least")
    average = divide(_sum(_numbers(items)), Decimal(len(items)))
    squares = [multiply(subtract(item, average), subtract(item, average)) for item in items]
    return divide(_sum(squares), Decimal(len(items) - 1))


@builtin("stddev(list*: any)", dialect=Dialect.CAMUNDA)
def stddev(items: Items) -> Value:
    """The standard deviation of a sample."""
    return from_float(sqrt(_variance(items)))


@builtin("stddev(list*: any)", dialect=Dialect.STRICT)
def exact_stddev(items: Items) -> Value:
    """The standard deviation of a sample, to 34 digits."""
    return DECIMAL128.sqrt(_variance(items))


@builtin("mode(list*: any)")
def mode(items: Items) -> Value:
    """The items that come most often, in order."""
    counts = Counter(_numbers(items))
    most = max(counts.values(), default=0)
    return sorted(item for item, times in counts.items() if times == most)


def _settled(items: Items, settles: bool) -> bool | None:  # noqa: FBT001 - the answer that settles is itself a boolean.
    unknown = False
    for item in items:
        if item is settles:
            return settles
        unknown = unknown or type(item) is not bool
    return None if unknown else not settles


@builtin("all(list*: any)")
def all_(items: Items) -> bool | None:
    """Whether all are true; null where it depends on something that is not a boolean."""
    return _settled(items, settles=False)


@builtin("any(list*: any)")
def any_(items: Items) -> bool | None:
    """Whether one is true; null where it depends on something that is not a boolean."""
    return _settled(items, settles=True)


builtin("and(list*: any)")(all_)
builtin("or(list*: any)")(any_)


def _position(items: Items, position: Decimal) -> int:
    place = int(position)
    if 0 < place <= len(items):
        return place - 1
    if place < 0 and -place <= len(items):
        return len(items) + place
    raise Unsuitable(f"the position {position} is out of range")


def _place(items: Items, position: Decimal) -> int:
    """Where a position lies, as Camunda counts: it may be outside of the list, and a part of one is cut off."""
    if not position:
        raise Unsuitable("positions count from 1, or from -1 at the end")
    place = int(position)
    return place - 1 if place > 0 else len(items) + place


@builtin("sublist(list: list, start position: number, length?: number)", dialect=Dialect.CAMUNDA)
def sublist(items: Items, start: Decimal, length: Decimal | None = None) -> Items:
    """The items from a position on, or so many of them."""
    begin = _place(items, start)
    end = len(items) if length is None else begin + int(length)
    return items[max(0, begin) : max(0, end)]


@builtin("sublist(list: list, start position: number, length?: number)", dialect=Dialect.STRICT)
def strict_sublist(items: Items, start: Decimal, length: Decimal | None = None) -> Items:
    """The items from a position on, or so many of them; all of it must lie within the list."""
    begin = _position(items, start)
    if length is not None and not 1 <= length <= len(items) - begin:
        raise Unsuitable(f"there are no {length} items from position {start} on")
    return items[begin:] if length is None else items[begin : begin + int(length)]


@builtin("append(list: list, items...: any)")
def append(items: Items, more: Items) -> Items:
    """The list with items added at its end."""
    return [*items, *more]


def _given(lists: list[Value]) -> list[Value]:
    """Camunda takes one list for the list of lists."""
    return lists[0] if len(lists) == 1 and isinstance(lists[0], list) else lists


@builtin("concatenate(lists...: any)", dialect=Dialect.CAMUNDA, takes_run=True)
def concatenate(run: Run, lists: list[Value]) -> Items:
    """All items of all lists, or of the lists in one; what is no list counts as an item."""
    return strict_concatenate(run, _given(lists))


@builtin("concatenate(lists...: any)", dialect=Dialect.STRICT, takes_run=True)
def strict_concatenate(run: Run, lists: list[Value]) -> Items:
    """All items of all lists; what is no list counts as an item."""
    parts: list[Items] = [part if isinstance(part, list) else [part] for part in lists]
    run.check_list(sum(map(len, parts)))
    return [normalise(item) for part in parts for item in part]


@builtin("insert before(list: list, position: number, newItem: any)", dialect=Dialect.CAMUNDA)
def insert_before(items: Items, position: Decimal, new_item: Value) -> Items:
    """The list with an item put in; at its end if the position lies beyond."""
    place = max(0, _place(items, position))
    return [*items[:place], new_item, *items[place:]]


@builtin("insert before(list: list, position: number, newItem: any)", dialect=Dialect.STRICT)
def strict_insert_before(items: Items, position: Decimal, new_item: Value) -> Items:
    """The list with an item put in."""
    place = _position(items, position)
    return [*items[:place], new_item, *items[place:]]


@builtin("remove(list: list, position: number)", dialect=Dialect.CAMUNDA)
def remove(items: Items, position: Decimal) -> Items:
    """The list without one item; unchanged if the position lies beyond."""
    if position and not int(position):
        # A fault of Camunda's: a position between two items at zero gives the list twice.
        return [*items, *items]
    place = _place(items, position)
    return [*items[: max(0, place)], *items[max(0, place + 1) :]]


@builtin("remove(list: list, position: number)", dialect=Dialect.STRICT)
def strict_remove(items: Items, position: Decimal) -> Items:
    """The list without one item."""
    place = _position(items, position)
    return [*items[:place], *items[place + 1 :]]


@builtin("list replace(list: list, position: any, newItem: any)", dialect=Dialect.STRICT, takes_run=True)
def list_replace(run: Run, items: Items, position: Value, new_item: Value) -> Items:
    """The list with one item, or all that a function chooses, replaced."""
    if isinstance(position, Function):
        chosen = [position.body([item, new_item], run) for item in items]
        if any(type(choice) is not bool for choice in chosen):
            raise Unsuitable("the function answers no boolean")
        return [new_item if choice else item for choice, item in zip(chosen, items, strict=True)]
    if not isinstance(position, Decimal):
        raise Unsuitable("the position is neither a number nor a function")
    place = _position(items, position)
    return [*items[:place], new_item, *items[place + 1 :]]


@builtin("reverse(list: list)")
def reverse(items: Items) -> Items:
    """The list backwards."""
    return items[::-1]


@builtin("index of(list: list, match: any)")
def index_of(items: Items, match: Value) -> Items:
    """All positions of the match."""
    return [Decimal(place) for place, item in enumerate(items, 1) if equal(item, match) is True]


@builtin("distinct values(list: list)")
def distinct_values(items: Items) -> Items:
    """Every item once."""
    return _first_of_each(items)


def _first_of_each(items: Items) -> Items:
    seen: dict[object, Value] = {}
    for item in items:
        seen.setdefault(identity(item), item)
    return list(seen.values())


@builtin("union(lists...: any)", dialect=Dialect.CAMUNDA, takes_run=True)
def union(run: Run, lists: list[Value]) -> Items:
    """Every item of all lists, or of the lists in one, once."""
    return _first_of_each(concatenate(run, lists))


@builtin("union(lists...: any)", dialect=Dialect.STRICT, takes_run=True)
def strict_union(run: Run, lists: list[Value]) -> Items:
    """Every item of all lists once."""
    return _first_of_each(strict_concatenate(run, lists))


@builtin("duplicate values(list: list)")
def duplicate_values(items: Items) -> Items:
    """Every item once that comes more than once."""
    counts = Counter(identity(item) for item in items)
    return [item for item in _first_of_each(items) if counts[identity(item)] > 1]


@builtin("flatten(list: list)", takes_run=True)
def flatten(run: Run, items: Items) -> Items:
    """All items of the lists inside."""
    flat: Items = []
    stack = [iter(items)]
    while stack:
        for item in stack[-1]:
            value = normalise(item)
            run.spend(1)
            if type(value) is list:
                stack.append(iter(value))
                break
            flat.append(value)
        else:
            stack.pop()
    return flat


@builtin("sort(list: list, precedes: function)", dialect=Dialect.CAMUNDA, takes_run=True)
@builtin("sort(list: list, precedes?: any)", dialect=Dialect.STRICT, takes_run=True)
def sort(run: Run, items: Items, precedes: Function | None = None) -> Items:
    """The list in the order that the function says."""
    if precedes is not None and (not isinstance(precedes, Function) or len(precedes.parameters) != 2):
        raise Unsuitable("'precedes' is no function of two items")

    def ask(first: Value, second: Value) -> bool:
        run.spend(1)
        answer = _natural(first, second) if precedes is None else precedes.body([first, second], run)
        if type(answer) is not bool:
            message = "fail to sort list by given precedes function: expected boolean but found"
            raise Unsuitable(f"{message} '{excerpt(answer)}'")
        return answer

    def compare(first: Value, second: Value) -> int:
        if ask(first, second):
            return -1
        return 1 if ask(second, first) else 0

    return sorted(items, key=cmp_to_key(compare))


def _natural(first: Value, second: Value) -> bool | None:
    sign = order(first, second)
    return None if sign is None else sign < 0


@builtin("is empty(list: list)", dialect=Dialect.CAMUNDA)
def is_empty(items: Items) -> bool:
    """Whether there is no item."""
    return not items


@builtin("partition(list: list, size: number)", dialect=Dialect.CAMUNDA)
def partition(items: Items, size: Decimal) -> Items:
    """The list cut into lists of a size."""
    width = int(size)
    if width < 1:
        raise Unsuitable("the size is less than 1")
    return [items[start : start + width] for start in range(0, len(items), width)]
