"""Bodies of the user tasks' REST calls, read as Zeebe reads them.

As leniently as Zeebe 8.5.8: a number or a truth value where a text belongs is taken for its text, `"false"` and 0 for false,
`null` for no body, and what follows the first value is not looked at.
"""

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from engine.bpmn.moments import parse_moment
from engine.gateway import lenient_json
from engine.gateway.json_variables import check_integers

type Scalar = str | bool | int | float

_TRUE, _FALSE = {"true", "True", "TRUE"}, {"false", "False", "FALSE"}


class BodyUnreadableError(Exception):
    """A body that is not what its call takes; the text says why."""


class Completion(msgspec.Struct, frozen=True):
    variables: dict[str, Any] | None = None
    action: Scalar | None = None


class Assignment(msgspec.Struct, frozen=True, rename="camel"):
    assignee: Scalar | None = None
    allow_override: bool | int | str | None = None
    action: Scalar | None = None


class Changeset(msgspec.Struct, frozen=True, rename="camel"):
    """Absent or null leaves an attribute as it is; an empty value clears it."""

    candidate_groups: list[Scalar] | None = None
    candidate_users: list[Scalar] | None = None
    due_date: Scalar | None = None
    follow_up_date: Scalar | None = None


class Update(msgspec.Struct, frozen=True):
    changeset: Changeset | None = None
    action: Scalar | None = None


def read[Body: msgspec.Struct](content: bytes, kind: type[Body]) -> Body | None:
    """The body, or None where it says `null`.

    Raises:
        BodyUnreadableError: it is no JSON, or not of this kind.
        RequestInvalid: a number in its variables is too large.
    """
    try:
        try:
            body = msgspec.json.decode(content, type=kind | None)
        except (msgspec.DecodeError, UnicodeDecodeError):
            text = content.decode(json.detect_encoding(content))
            body = msgspec.json.decode(lenient_json.strict(text, single_quotes=False), type=kind | None)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise BodyUnreadableError(str(error)) from error
    if isinstance(body, Completion) and body.variables:
        check_integers(body.variables)
    return body


def text_of(value: Scalar | None) -> str:
    """What stands for a text; nothing for none."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def texts_of(values: Iterable[Scalar]) -> list[str]:
    return [text_of(value) for value in values]


def may_override(given: bool | int | str | None) -> bool:  # noqa: FBT001 - as it is sent
    """Whether an assignment may take a task from who has it; so it is where nothing is said.

    Raises:
        BodyUnreadableError: it is no truth value.
    """
    if isinstance(given, str) and given.strip():
        if given.strip() not in _TRUE | _FALSE:
            raise BodyUnreadableError(f"Expected a truth value, got '{given}'")
        return given.strip() in _TRUE
    return given is None or isinstance(given, str) or bool(given)


def is_date(text: str) -> bool:
    """Whether a text is a date and time with its offset."""
    try:
        parse_moment(text)
    except ValueError:
        return False
    return True
