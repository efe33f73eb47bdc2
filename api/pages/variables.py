"""Variables between the read model's JSON text, the reader's eye and the reader's keyboard."""

from collections.abc import Mapping
from typing import Any

import msgspec

MAX_VARIABLES_BYTES = 1024 * 1024


class NotAnObject(ValueError):
    """What was typed is no JSON object."""


def parsed(values: Mapping[str, str]) -> dict[str, Any]:
    """JSON texts as values."""
    return {name: msgspec.json.decode(value) for name, value in values.items()}


def value_of(text: str) -> Any:  # noqa: ANN401 - a variable's value is any JSON
    """What a reader typed: JSON when it is JSON, otherwise the text itself."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text


def object_of(text: str) -> dict[str, Any]:
    """The JSON object a reader typed; nothing typed is an empty one.

    Raises:
        NotAnObject: it is something else.
    """
    if len(text.encode()) > MAX_VARIABLES_BYTES:
        raise NotAnObject(f"Variables may be {MAX_VARIABLES_BYTES // 1024} KB at most.")
    try:
        return msgspec.json.decode(text or "{}", type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise NotAnObject(f'Variables are a JSON object such as {{"amount": 12}}: {error}') from error
