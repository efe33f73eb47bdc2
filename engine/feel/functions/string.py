"""String functions. Positions count characters (code points) from 1, or from the end if negative."""

import base64
import uuid as uuids
from decimal import Decimal

from engine.feel import patterns
from engine.feel.dialect import Dialect
from engine.feel.functions.registry import Broken, Unsuitable, builtin
from engine.feel.run import Run
from engine.feel.values import Value


def _part(size: int, start: Decimal, length: Decimal | None) -> slice:
    """Where a part lies; it may begin before the text, behind it, or end before it begins."""
    position = int(start)
    begin = position - 1 if position > 0 else size + position
    return slice(begin, size if length is None else begin + int(length))


@builtin("substring(string: string, start position: number, length?: number)", dialect=Dialect.CAMUNDA)
def substring(text: str, start: Decimal, length: Decimal | None = None) -> str:
    """The part from a position on, or so many characters of it; a position outside of the text ends the evaluation."""
    part = _part(len(text), start, length)
    if not 0 <= part.start <= len(text) or part.stop < part.start:
        raise Broken(f"there is no part from {start} on, of length {length or 'any'}, in a text of {len(text)} characters")
    return text[part]


@builtin("substring(string: string, start position: number, length?: number)", dialect=Dialect.STRICT)
def strict_substring(text: str, start: Decimal, length: Decimal | None = None) -> str:
    """The part from a position on, or so many characters of it."""
    part = _part(len(text), start, length)
    begin = max(0, part.start)
    return text[begin : begin if length is not None and length < 0 else max(begin, part.stop + begin - part.start)]


@builtin("string length(string: string)")
def string_length(text: str) -> Decimal:
    """How many characters."""
    return Decimal(len(text))


@builtin("upper case(string: string)")
def upper_case(text: str) -> str:
    """In capitals."""
    return text.upper()


@builtin("lower case(string: string)")
def lower_case(text: str) -> str:
    """In small letters."""
    return text.lower()


@builtin("substring before(string: string, match: string)")
def substring_before(text: str, match: str) -> str:
    """What stands before the first match; empty where there is none."""
    before, found, _ = text.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after(string: string, match: string)")
def substring_after(text: str, match: str) -> str:
    """What stands after the first match; empty where there is none."""
    return text.partition(match)[2] if match else text


@builtin("contains(string: string, match: string)")
def contains(text: str, match: str) -> bool:
    """Whether the match is part of the string."""
    return match in text


@builtin("starts with(string: string, match: string)")
def starts_with(text: str, match: str) -> bool:
    """Whether the string starts with the match."""
    return text.startswith(match)


@builtin("ends with(string: string, match: string)")
def ends_with(text: str, match: str) -> bool:
    """Whether the string ends with the match."""
    return text.endswith(match)


def _known_flags(flags: str) -> str:
    return "".join(flag for flag in flags if flag in "ismx")


@builtin("matches(input: string, pattern: string, flags?: string)", dialect=Dialect.CAMUNDA, takes_run=True)
def matches(run: Run, text: str, pattern: str, flags: str = "") -> bool:
    """Whether the pattern is found anywhere in the input; flags are `i`, `s`, `m` and `x`."""
    return patterns.matches(run, text, pattern, _known_flags(flags))


@builtin("matches(input: string, pattern: string, flags?: string)", dialect=Dialect.STRICT, takes_run=True)
def strict_matches(run: Run, text: str, pattern: str, flags: str = "") -> bool:
    """Whether the pattern is found anywhere in the input; unknown flags are an error."""
    return patterns.matches(run, text, pattern, flags, is_java=False)


@builtin(
    "replace(input: string, pattern: string, replacement: string, flags?: string)", dialect=Dialect.CAMUNDA, takes_run=True
)
def replace(run: Run, text: str, pattern: str, replacement: str, flags: str = "") -> str:
    """Every match replaced; `$1` stands for the first group."""
    return patterns.replace(run, text, pattern, replacement, _known_flags(flags))


@builtin("replace(input: string, pattern: string, replacement: string, flags?: string)", dialect=Dialect.STRICT, takes_run=True)
def strict_replace(run: Run, text: str, pattern: str, replacement: str, flags: str = "") -> str:
    """Every match replaced; unknown flags are an error."""
    return patterns.replace(run, text, pattern, replacement, flags, is_java=False)


@builtin("split(string: string, delimiter: string)", takes_run=True)
def split(run: Run, text: str, delimiter: str) -> list[Value]:
    """The parts between matches of the delimiter, which is a pattern."""
    return patterns.split(run, text, delimiter)


@builtin("extract(string: string, pattern: string)", takes_run=True)
def extract(run: Run, text: str, pattern: str) -> list[Value]:
    """All matches of the pattern."""
    return patterns.extract(run, text, pattern)


@builtin("trim(string: string)")
def trim(text: str) -> str:
    """Without spaces at both ends."""
    return text.strip()


@builtin("uuid()")
def uuid() -> str:
    """A new unique id."""
    return str(uuids.uuid4())


@builtin("to base64(value: string)")
def to_base64(text: str) -> str:
    """The string's UTF-8 bytes in base64."""
    return base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")


@builtin("is blank(string: string)")
def is_blank(text: str) -> bool:
    """Whether there is nothing but spaces."""
    return not text.strip()


# A prefix comes with a suffix or not at all.
@builtin("string join(list: list, delimiter: any, prefix: any, suffix: any)", dialect=Dialect.CAMUNDA, takes_run=True)
@builtin("string join(list: list, delimiter?: any)", dialect=Dialect.CAMUNDA, takes_run=True)
def string_join(run: Run, items: list[Value], delimiter: Value = None, prefix: Value = None, suffix: Value = None) -> str:
    """The strings of a list put together; nulls are left out."""
    if any(item is not None and type(item) is not str for item in items):
        raise Unsuitable("expected a list of strings")
    if any(part is not None and type(part) is not str for part in (delimiter, prefix, suffix)):
        raise Unsuitable("delimiter, prefix and suffix are strings")
    texts = [item for item in items if item is not None]
    run.check_string(sum(map(len, texts)) + len(delimiter or "") * len(texts))
    return (prefix or "") + (delimiter or "").join(texts) + (suffix or "")


@builtin("string join(list: list, delimiter?: any)", dialect=Dialect.STRICT, takes_run=True)
def strict_string_join(run: Run, items: list[Value], delimiter: Value = None) -> str:
    """The strings of a list put together; nulls are left out."""
    return string_join(run, items, delimiter)
