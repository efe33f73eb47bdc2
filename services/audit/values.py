"""What may be kept of a value for good: no secrets, no personal data, and not more than somebody reads."""

from collections.abc import Callable, Mapping
from typing import Any

LONGEST_TEXT = 300
MOST_FIELDS = 40
DEEPEST = 4
SECRET = ("password", "secret", "token", "csrf", "cookie", "authorization", "private", "signature")
HIDDEN = "•••"


def told(value: object, mask: Callable[[str], str], depth: int = 0) -> Any:  # noqa: ANN401  # any JSON
    """The value as JSON that may be kept."""
    if isinstance(value, bool | int | None):
        # Beyond 2^53 other readers of JSON would change it.
        return value if not isinstance(value, int) or abs(value) < 2**53 else str(value)
    if depth >= DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        names = list(value)[:MOST_FIELDS]
        kept = {
            _clipped(mask(str(name))): HIDDEN if _is_secret(str(name)) else told(value[name], mask, depth + 1) for name in names
        }
        return kept | ({"…": len(value) - MOST_FIELDS} if len(value) > MOST_FIELDS else {})
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else list(value)
        return [told(each, mask, depth + 1) for each in items[:MOST_FIELDS]]
    text = str(value)
    # Names and free texts have no pattern that a mask could know: of more than one word only the length is kept.
    return f"({len(text)} characters)" if len(text.split()) > 1 else _clipped(mask(text[: LONGEST_TEXT * 4]))


def _clipped(text: str) -> str:
    clean = text.encode("utf-8", "replace").decode().replace("\0", "�")
    return clean if len(clean) <= LONGEST_TEXT else f"{clean[:LONGEST_TEXT]}…"


def _is_secret(name: str) -> bool:
    lower = name.lower()
    return lower == "key" or lower.endswith("_key") or any(word in lower for word in SECRET)
