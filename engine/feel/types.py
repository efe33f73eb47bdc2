"""Types by name, as `instance of` and typed parameters ask for them."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal

from engine.feel.json_values import normalise
from engine.feel.syntax import TypeName
from engine.feel.values import DaysTimeDuration, Function, Range, Value, YearsMonthsDuration
from engine.feel.wide import PreciseTime, WideDate, WideMoment

_SIMPLE: dict[str, tuple[type, ...]] = {
    "number": (Decimal,),
    "string": (str,),
    "boolean": (bool,),
    "date": (date, WideDate),
    "time": (time, PreciseTime),
    "date and time": (datetime, WideMoment),
    "dateTime": (datetime, WideMoment),
    "days and time duration": (DaysTimeDuration,),
    "dayTimeDuration": (DaysTimeDuration,),
    "day-time-duration": (DaysTimeDuration,),
    "years and months duration": (YearsMonthsDuration,),
    "yearMonthDuration": (YearsMonthsDuration,),
    "year-month-duration": (YearsMonthsDuration,),
    "duration": (DaysTimeDuration, YearsMonthsDuration),
    "list": (list,),
    "range": (Range,),
    "function": (Function,),
    "Null": (type(None),),
}
_OTHERS = frozenset({"Any", "any", "context"})


type Checker = Callable[[Value], bool]
type Checkers = Mapping[str, Checker]
_NONE: Checkers = {}


def checker(name: TypeName, named: Checkers) -> Checker | None:
    """What tells whether a value is of the type; None if there is no such type. `named` are types the caller defines."""
    known = named.get(name.name)
    if known is not None:
        return known
    if not _is_known(name, named):
        return None
    return lambda value: is_instance(value, name, named)


def _is_known(name: TypeName, named: Checkers) -> bool:
    known = name.name in _SIMPLE or name.name in _OTHERS or name.name in named
    return known and all(_is_known(argument, named) for argument in name.arguments)


def is_instance(value: Value, wanted: TypeName, named: Checkers = _NONE) -> bool:
    """Whether the value is of the type; null is of none but Null."""
    known = named.get(wanted.name)
    if known is not None:
        return known(value)
    value = normalise(value)
    if value is None:
        return wanted.name == "Null"
    match wanted.name:
        case "Any" | "any":
            return True
        case "context":
            return isinstance(value, Mapping) and all(
                key in value and (value[key] is None or is_instance(value[key], kind, named))
                for key, kind in zip(wanted.entries, wanted.arguments, strict=True)
            )
    if type(value) not in _SIMPLE[wanted.name]:
        return False
    if wanted.arguments and wanted.name == "list":
        return all(item is None or is_instance(item, wanted.arguments[0], named) for item in value)
    if wanted.arguments and wanted.name == "range":
        return all(end is None or is_instance(end, wanted.arguments[0], named) for end in (value.low, value.high))
    if wanted.arguments and wanted.name == "function":
        return len(value.parameters) == len(wanted.arguments) - 1
    return True
