"""What is wrong with a cron expression, in the words of Zeebe's Java: it reads all fields first, and looks at numbers then.

Observed on the real engine: which fault of several is told, and what of a text its words name.
"""

import re
from dataclasses import dataclass

_MACROS = {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_LARGEST_INT = 2**31 - 1
_INTEGER = re.compile(r"[+-]?\d+")
# What may stand in a field somewhere, and is not told among the characters that may not.
_ANYWHERE = re.compile(r"[#?/*0-9]")
# Letters that take a number's place, by field.
_LETTERS = {"day of month": {"L", "W", "LW"}, "day of week": {"L"}}
_NEAREST_WORKDAY = re.compile(r"\d+W", re.ASCII)


class _Fault(Exception):
    """A field that cannot be read, or a number out of its range."""


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    # A span that ends before it begins is refused: of days and months the engine makes something.
    goes_forward: bool = False

    @property
    def letters(self) -> set[str]:
        return _LETTERS.get(self.name, set())

    def number(self, text: str) -> int:
        """A number, or the number of a name.

        Raises:
            _Fault: it is neither.
        """
        if text in self.names:
            return self.names.index(text) + 1
        if _INTEGER.fullmatch(text) and abs(int(text)) <= _LARGEST_INT:
            # Sunday is the seventh day and the one before the first.
            return int(text)
        raise _Fault(f"Invalid chars in expression! Expression: {text} Invalid chars: {self._strange(text)}")

    def _strange(self, text: str) -> str:
        words = re.findall(r"\w+|\W", _ANYWHERE.sub("", text))
        return re.sub(r"[\s,-]", "", "".join(word for word in words if word not in self.names and word not in self.letters))

    def within(self, value: int) -> None:
        if not self.low <= value <= self.high:
            raise _Fault(f"Value {value} not in range [{self.low}, {self.high}]")


_FIELDS = (
    _Field("second", 0, 59, goes_forward=True),
    _Field("minute", 0, 59, goes_forward=True),
    _Field("hour", 0, 23, goes_forward=True),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of week", 0, 7, _DAYS),
)


@dataclass(frozen=True, slots=True)
class _Item:
    """An entry of a field: the numbers it names, and what to look at in them."""

    values: tuple[int, ...] = ()
    step: int | None = None
    is_span: bool = False
    fault: str = ""

    def check(self, field: _Field) -> None:
        if self.fault:
            raise _Fault(self.fault)
        for value in self.values:
            field.within(value)
        if self.is_span and field.goes_forward and self.values[0] > self.values[1]:
            raise _Fault(f"Invalid range! [{self.values[0]},{self.values[1]}]")
        if self.step is not None and not max(field.low, 1) <= self.step <= field.high:
            raise _Fault(f"Period {self.step} not in range [{field.low}, {field.high}]")


def cron_fault(text: str) -> str | None:
    """Why the text is no cron expression; None if it is one."""
    if text in _MACROS:
        return None
    if text == "@reboot":
        return "Nickname @reboot not supported!"
    parts = text.upper().split()
    if len(parts) != len(_FIELDS):
        return f"Cron expression contains {len(parts)} parts but we expect one of [6]"
    read: list[tuple[_Field, list[_Item]]] = []
    try:
        for part, field in zip(parts, _FIELDS, strict=True):
            if part.endswith(","):
                return f"Invalid field value! Trailing commas not permitted! '{part}'"
            entries = part.split(",")
            read.append((field, [_item(entry, field, is_alone=len(entries) == 1) for entry in entries]))
        for field, items in read:
            for item in items:
                item.check(field)
    except _Fault as fault:
        return f"Failed to parse cron expression. {fault}"
    return None


def _item(item: str, field: _Field, *, is_alone: bool) -> _Item:
    if "-" in item:
        return _span(item, field)
    if "/" in item:
        return _steps(item, field)
    if item == "*" or (item == "?" and field.letters):
        return _Item()
    if item == "?" or (field.name != "day of week" and "#" in item):
        raise _Fault(f"Invalid expression: {item}")
    if field.name == "day of month":
        return _day(item, field)
    return _weekday(item, field, is_alone=is_alone) if field.name == "day of week" else _Item((field.number(item),))


def _span(item: str, field: _Field) -> _Item:
    parts = item.rstrip("-").split("-")
    if len(parts) != 2:
        raise _Fault(f"Missing values for range: {item}")
    first, last = parts
    if not first:
        raise _Fault(f"Invalid expression! Expression: {item} does not describe a range. Negative numbers are not allowed.")
    end, slash, step = last.partition("/")
    if first == "L":
        return _Item((field.number(last),)) if field.letters else _Item((field.number(item),))
    if {first, end} & (field.letters - {"L"}):
        return _Item(fault="No special characters allowed in range, except for 'L'")
    if end in field.letters:
        return _Item((field.number(first),))
    values = (field.number(first), field.number(end))
    if not slash:
        return _Item(values, is_span=True)
    every = field.number(step)
    return _Item(values, every % 7 if field.name == "day of week" and every == 7 else every, is_span=True)


def _steps(item: str, field: _Field) -> _Item:
    parts = item.rstrip("/").split("/")
    if len(parts) == 1:
        raise _Fault(f"Missing steps for expression: {item}")
    if len(parts) > 2:
        raise _Fault(f"Invalid expression: {item}")
    start, step = parts
    values = () if start in {"*", ""} else (field.number(start),)
    if not _INTEGER.fullmatch(step) or abs(int(step)) > _LARGEST_INT:
        raise _Fault(f'For input string: "{step}"')
    return _Item(values, int(step))


def _day(item: str, field: _Field) -> _Item:
    if item in {"L", "LW"}:
        return _Item()
    if "LW" in item:
        raise _Fault(f"Expected: LW, found: {item.replace('LW', '')}")
    if item.endswith("L") and item[:-1].isdecimal():
        item = item[:-1]
    return _Item((field.number(item.replace("W", "") if _NEAREST_WORKDAY.search(item) else item),))


def _weekday(item: str, field: _Field, *, is_alone: bool) -> _Item:
    if item == "L":
        return _Item()
    day, hash_, nth = item.partition("#")
    if hash_:
        if not day:
            raise _Fault("Time should be specified!")
        field.number(nth)
        return _Item((field.number(day),))
    last = item.removesuffix("L")
    # Beside others the last Friday is 5L.
    return _Item((field.number(last if last.isdecimal() or (is_alone and last in field.names) else item),))
