"""Taking foreign JSON apart: what is missing or of another type is an `AnswerUnclear` that says where."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from services.crm.connectors.ports import AnswerUnclear

LONGEST_VALUE = 2000


def an_object(value: object, where: str) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    raise AnswerUnclear(f"{where} is no object")


def a_list(value: object, where: str) -> Sequence[Any]:
    if isinstance(value, list):
        return value
    raise AnswerUnclear(f"{where} is no list")


def an_id(value: object, where: str) -> str:
    """Ids are numbers in every system; what else is put into an address or filter would be an open door."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return text
    raise AnswerUnclear(f"{where} has no number for an id")


def a_text(value: object, longest: int = LONGEST_VALUE) -> str | None:
    """A value as a text without what no database takes; None where it is empty."""
    if value is None or isinstance(value, dict | list | bool):
        return None
    cleaned = str(value).replace("\0", "").strip()[:longest]
    return cleaned or None


def a_moment(value: object, where: str) -> datetime:
    """Seconds since 1970, or ISO 8601 with a zone."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        found = datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError) as error:
        raise AnswerUnclear(f"{where} has no moment of its last change") from error
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
