"""A first guess at priority from plain words. What follows from a priority is decided in DMN."""

from enum import StrEnum

import regex


class Priority(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


# Stems, so that Russian endings do not matter. Order: the first group that speaks wins.
SIGNALS = (
    (
        Priority.CRITICAL,
        (
            r"outage|production (?:is )?down|everyone|nobody can|data loss|ransomware|security breach|phishing"
            r"|авари|не работает ни у кого|у всех|утечк|вирус|шифровальщик|простой производств"
        ),
    ),
    (
        Priority.HIGH,
        (
            r"urgent|asap|immediately|blocked|cannot work|can't work|importance high|deadline"
            r"|срочн|немедленно|не могу работать|горит|блокиру|как можно скорее"
        ),
    ),
    (
        Priority.LOW,
        (
            r"no rush|when you have time|whenever|nice to have|not urgent|low priority"
            r"|не срочно|не горит|когда будет время|при возможности|низкий приоритет"
        ),
    ),
)
_PATTERNS = tuple((priority, regex.compile(pattern, regex.IGNORECASE)) for priority, pattern in SIGNALS)
_LOW = _PATTERNS[-1]


def suggest_priority(text: str) -> Priority:
    """Critical, high or low where the text says so, else normal. "Not urgent" is low, not high."""
    if _LOW[1].search(text):
        return Priority.LOW
    return next((priority for priority, pattern in _PATTERNS if pattern.search(text)), Priority.NORMAL)
