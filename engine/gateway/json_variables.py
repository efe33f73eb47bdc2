"""Variables as a client sends them: JSON text that must be an object.

Nearly all of it is strict JSON; only what is not is read once more as Zeebe's gateway reads it (`lenient_json.py`).
"""

from typing import Any

import msgspec

from engine.gateway import lenient_json
from engine.gateway.rejections import RequestInvalid

# What a Zeebe cluster can store; a larger number would only work on a laptop.
_LARGEST_INTEGER = 2**64 - 1
_SMALLEST_INTEGER = -(2**63)

_decode = msgspec.json.Decoder().decode


def parse_variables(text: str) -> dict[str, Any]:
    """The object in a JSON text; nothing, blanks and `null` are the empty one, as in Zeebe.

    Raises:
        RequestInvalid: the text is no JSON, or no object; the text itself is not repeated, it may hold personal data.
    """
    if not text or text.isspace():
        return {}
    document = _read(text)
    if document is None:
        return {}
    if type(document) is not dict:
        raise RequestInvalid(
            f"Property 'variables' is invalid: Expected document to be a root level object, but was '{_kind(document)}'"
        )
    if len(text) > 18:  # A shorter text cannot hold an integer that is too large.
        check_integers(document)
    return document


def _read(text: str) -> object:
    try:
        try:
            return _decode(text)
        except (msgspec.DecodeError, UnicodeEncodeError):
            return _decode(lenient_json.strict(text))
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise RequestInvalid(f"Invalid JSON value: {error}") from error
    except RecursionError as error:
        raise RequestInvalid("Invalid JSON value: it is nested too deeply") from error


def _kind(document: object) -> str:
    match document:
        case bool():
            return "BOOLEAN"
        case list():
            return "ARRAY"
        case str():
            return "STRING"
        case int():
            return "INTEGER"
        case _:
            return "FLOAT"


def check_integers(document: dict[str, Any]) -> None:
    """Walk the document without recursion and refuse integers that do not fit into 64 bits.

    Raises:
        RequestInvalid: there is one.
    """
    open_values: list[Any] = [document]
    while open_values:
        value = open_values.pop()
        kind = type(value)
        if kind is dict:
            open_values.extend(value.values())
        elif kind is list:
            open_values.extend(value)
        elif kind is int and not _SMALLEST_INTEGER <= value <= _LARGEST_INTEGER:
            raise RequestInvalid("MessagePack cannot serialize BigInteger larger than 2^64-1")
