"""What all REST answers share: keys as text, JSON values, pages of a list.

Keys are 63-bit numbers, more than a number of JavaScript can hold, so JSON carries them as text; requests may send either.
"""

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from api.bounds import EngineKey
from history.queries import Page

MAX_VARIABLES = 1000

Key = Annotated[
    EngineKey,
    PlainSerializer(str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^\d+$", "examples": ["2251799813685249"]}),
]
KeyInPath = Annotated[EngineKey, Path()]
Cursor = Annotated[str | None, Query(max_length=500, description="`next_cursor` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=500, description="How many items a page has at most.")]


def _is_json(value: dict[str, Any]) -> dict[str, Any]:
    """Python's parser lets NaN, infinities and lone surrogates through; JSON has none of them, and no engine takes them."""
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ValueError("a text contains half of a surrogate pair") from error
    except ValueError as error:
        raise ValueError("NaN and infinities are no JSON numbers") from error
    return value


def _is_json_value(value: Any) -> Any:  # noqa: ANN401  # any JSON
    _is_json({"value": value})
    return value


AnyJson = Annotated[Any, AfterValidator(_is_json_value)]
Variables = Annotated[dict[str, Any], Field(max_length=MAX_VARIABLES), AfterValidator(_is_json)]


def _parsed(value: object) -> object:
    return json.loads(value) if isinstance(value, str) else value


# A value that the read models hold as JSON text.
JsonValue = Annotated[Any, BeforeValidator(_parsed)]


def parsed_variables(texts: Mapping[str, str]) -> dict[str, Any]:
    """Variables as values, from the read models' JSON texts."""
    return {name: json.loads(value) for name, value in texts.items()}


class Shown(BaseModel):
    """An answer made from one of our dataclasses by its fields' names."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class Asked(BaseModel):
    """A request's body; a field that nobody knows is a mistake somebody should hear of."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ListOf[T](BaseModel):
    """One page of a list."""

    items: list[T]
    next_cursor: str | None = Field(None, description="Leads to the next page; null on the last.")
    total: int | None = Field(None, description="Only where it was asked for.")


def page_of[Row, T](page: Page[Row], shown: Callable[[Row], T]) -> ListOf[T]:
    return ListOf(items=[shown(item) for item in page.items], next_cursor=page.next_cursor, total=page.total)
