"""Where names are looked up: the caller's context at the bottom, one scope on top for each construct that binds names."""

from collections.abc import Mapping
from typing import Any, Protocol

from engine.feel.values import Value


class Missing:
    """The type of `MISSING`: what a lookup yields where there is no such name."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Any = Missing()


class Context(Protocol):
    """All that an expression asks of a context."""

    def get(self, key: str, default: Any, /) -> Any: ...  # noqa: ANN401 - values of variables are of any type.


class Scope:
    """Names bound by a loop, a function or the entries of a context so far."""

    __slots__ = ("parent", "values")

    def __init__(self, parent: Context, values: dict[str, Value]) -> None:
        self.parent = parent
        self.values = values

    def get(self, key: str, default: Any) -> Any:  # noqa: ANN401 - values of variables are of any type.
        value = self.values.get(key, MISSING)
        return self.parent.get(key, default) if value is MISSING else value


class ItemScope:
    """Inside a filter: `item`, and the entries of an item that is a context."""

    __slots__ = ("item", "parent")

    def __init__(self, parent: Context, item: Value) -> None:
        self.parent = parent
        self.item = item

    def get(self, key: str, default: Any) -> Any:  # noqa: ANN401 - values of variables are of any type.
        item = self.item
        if isinstance(item, Mapping):
            value = item.get(key, MISSING)
            if value is not MISSING:
                return value
        if key == "item":
            return item
        return self.parent.get(key, default)
