"""Regular expressions as Java's `Pattern` has them, with a limit on the time a match may take."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice
from time import perf_counter

import regex

from engine.feel.errors import FeelLimitExceeded
from engine.feel.functions.registry import Unsuitable
from engine.feel.java_patterns import as_java
from engine.feel.run import Run

MAX_PATTERN = 1000
# What a second of matching costs.
STEPS_PER_SECOND = 1_000_000
_FLAGS = {"i": regex.IGNORECASE, "s": regex.DOTALL, "m": regex.MULTILINE, "x": regex.VERBOSE}
_QUOTATION = regex.compile(r"\\Q(.*?)(?:\\E|$)", regex.DOTALL)
_REFERENCE = regex.compile(r"\\(.)|\$(?:([0-9])|\{([A-Za-z][A-Za-z0-9]*)\})|(\$)", regex.DOTALL)


@lru_cache(maxsize=1024)
def compiled(pattern: str, flags: str = "", *, is_java: bool = True) -> "regex.Pattern[str]":
    """The pattern, or `Unsuitable` where it is none; the standard's classes are those of Unicode, Java's are not."""
    if len(pattern) > MAX_PATTERN:
        raise Unsuitable(f"a pattern of {len(pattern)} characters is too long")
    bits = regex.VERSION1
    literal = "q" in flags
    for flag in flags.replace("q", ""):
        if flag not in _FLAGS:
            raise Unsuitable(f"unknown flag '{flag}'")
        bits |= _FLAGS[flag]
    if literal:
        pattern, bits = regex.escape(pattern), bits & ~regex.VERBOSE
    else:
        pattern = _QUOTATION.sub(lambda found: regex.escape(found[1]), pattern)
        if is_java:
            pattern = as_java(pattern, ignores_case=bool(bits & regex.IGNORECASE))
    try:
        return regex.compile(pattern, bits, cache_pattern=False)
    except (regex.error, RecursionError, OverflowError, MemoryError, IndexError, KeyError) as error:
        raise Unsuitable(f"Invalid pattern '{pattern[:100]}'") from error


def _timed[T](work: Callable[[], T], run: Run) -> T:
    # Every use of a pattern costs steps, so that a loop of slow patterns ends as soon as one very slow pattern.
    started = perf_counter()
    try:
        answer = work()
    except TimeoutError as error:
        raise FeelLimitExceeded(f"A regular expression takes longer than {run.limits.regex_seconds} s.") from error
    run.spend(20 + int((perf_counter() - started) * STEPS_PER_SECOND))
    return answer


def matches(run: Run, text: str, pattern: str, flags: str, *, is_java: bool = True) -> bool:
    """Whether the pattern is found anywhere."""
    search = compiled(pattern, flags, is_java=is_java).search
    return _timed(lambda: search(text, timeout=run.limits.regex_seconds), run) is not None


def _replacement(template: str, groups: int, run: Run) -> Callable[["regex.Match[str]"], str]:
    """What a match becomes. Each reference may bring the whole text: it is counted as it comes, not when all have."""
    referred = 0

    def counted(reference: "regex.Match[str]", found: "regex.Match[str]") -> str:
        nonlocal referred
        text = part(reference, found)
        referred += len(text)
        run.spend(1)
        if referred > run.limits.string_length:
            run.check_string(referred)
        return text

    def part(reference: "regex.Match[str]", found: "regex.Match[str]") -> str:
        if reference[1] is not None:
            return str(reference[1])
        if reference[4] is not None:
            raise Unsuitable("'$' in the replacement must be followed by the number of a group")
        key: int | str = int(reference[2]) if reference[2] is not None else str(reference[3])
        if isinstance(key, int) and key > groups:
            raise Unsuitable(f"the pattern has no group {key}")
        try:
            return found[key] or ""
        except IndexError as error:
            raise Unsuitable(f"the pattern has no group '{key}'") from error

    return lambda found: str(_REFERENCE.sub(lambda reference: counted(reference, found), template))


def replace(run: Run, text: str, pattern: str, replacement: str, flags: str, *, is_java: bool = True) -> str:
    """Every match replaced."""
    expression = compiled(pattern, flags, is_java=is_java)
    template = regex.escape(replacement) if "q" in flags else replacement
    build = _replacement(template, expression.groups, run)
    bounded = _bounded(build, run)
    result = _timed(lambda: expression.sub(bounded, text, timeout=run.limits.regex_seconds), run)
    run.check_string(len(result))
    return result


def _bounded(build: Callable[["regex.Match[str]"], str], run: Run) -> Callable[["regex.Match[str]"], str]:
    built = 0

    def one(found: "regex.Match[str]") -> str:
        nonlocal built
        part = build(found)
        built += len(part)
        run.check_string(built)
        return part

    return one


def _found(run: Run, text: str, pattern: str) -> Iterator["regex.Match[str]"]:
    return compiled(pattern).finditer(text, timeout=run.limits.regex_seconds)


def extract(run: Run, text: str, pattern: str) -> list[str]:
    """All matches."""
    most = run.limits.list_size + 1
    found = _timed(lambda: [match[0] for match in islice(_found(run, text, pattern), most)], run)
    run.check_list(len(found))
    return found


def split(run: Run, text: str, delimiter: str) -> list[str]:
    """What stands between matches."""
    if not text:
        return [""]
    spans = _timed(lambda: [match.span() for match in islice(_found(run, text, delimiter), run.limits.list_size + 1)], run)
    run.check_list(len(spans))
    parts: list[str] = []
    position = 0
    for start, end in spans:
        if end == 0:
            continue
        parts.append(text[position:start])
        position = end
    parts.append(text[position:])
    return parts
