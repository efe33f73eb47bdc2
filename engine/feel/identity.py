"""A hashable stand-in for any value: equal stand-ins mean equal values, so that nobody need compare all pairs."""

from collections.abc import Hashable, Mapping
from datetime import datetime, time
from zoneinfo import ZoneInfo

from engine.feel.json_values import normalise
from engine.feel.values import Function, Value


def identity(value: Value) -> Hashable:
    """The value's stand-in."""
    value = normalise(value)
    kind = type(value)
    if kind is list:
        return ("list", *(identity(item) for item in value))
    if isinstance(value, Mapping):
        return ("context", frozenset((key, identity(item)) for key, item in value.items()))
    if kind is datetime or kind is time:
        return (kind, value.replace(tzinfo=None), _zone(value))
    if kind is Function:
        return (kind, id(value))
    return (kind, value)


def _zone(moment: datetime | time) -> Hashable:
    zone = moment.tzinfo
    return zone.key if isinstance(zone, ZoneInfo) else None if zone is None else zone.utcoffset(None)
