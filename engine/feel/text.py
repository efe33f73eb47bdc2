"""Values as FEEL writes them: for people, for `string()` and for messages."""

from collections.abc import Mapping
from decimal import Decimal

from engine.feel.json_values import normalise, temporal_text
from engine.feel.values import Function, Range, Value

_QUOTED = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def quote(text: str) -> str:
    """A string literal."""
    return f'"{text.translate(_QUOTED)}"'


def format_number(number: Decimal) -> str:
    """All digits as written; an exponent only where zeros would pile up."""
    return str(number)


def format_value(value: Value, *, escaped: bool = True) -> str:
    """FEEL text of a value; strings are quoted, and inside `string()` not escaped."""
    value = normalise(value)
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return quote(value) if escaped else f'"{value}"'
        case Decimal():
            return format_number(value)
        case list():
            return f"[{', '.join(format_value(item, escaped=escaped) for item in value)}]"
        case Range():
            return _range_text(value)
        case Function():
            return f"function({', '.join(value.parameters)})"
        case Mapping():
            return "{" + ", ".join(f"{key}:{format_value(item, escaped=escaped)}" for key, item in value.items()) + "}"
        case _:
            return temporal_text(value) or "null"


def _range_text(value: Range) -> str:
    low = "[" if value.low_included else "("
    high = "]" if value.high_included else ")"
    return f"{low}{format_value(value.low)}..{format_value(value.high)}{high}"


def excerpt(value: Value) -> str:
    """A value for a message: short, however long it is."""
    if isinstance(value, list | Mapping) and len(value) > 20:
        return f"a {'list' if isinstance(value, list) else 'context'} of {len(value)}"
    if isinstance(value, str) and len(value) > 80:
        value = value[:80] + "…"
    text = format_value(value)
    return text if len(text) <= 120 else text[:119] + "…"
