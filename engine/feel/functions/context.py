"""Context functions."""

from collections.abc import Mapping

from engine.feel.functions.registry import NoAnswer, Unsuitable, builtin
from engine.feel.json_values import normalise
from engine.feel.scopes import MISSING
from engine.feel.text import excerpt
from engine.feel.values import Value

type Entries = Mapping[str, Value]


@builtin("get value(context: context, key: any)")
def get_value(context: Entries, key: Value) -> Value:
    """The entry of this key, or at the end of a list of keys."""
    keys = key if isinstance(key, list) else [key]
    if not keys:
        return None
    found: Value = context
    for step in keys:
        if type(step) is not str:
            raise Unsuitable(f"'{excerpt(step)}' is no key")
        found = found.get(step, MISSING) if isinstance(found, Mapping) else MISSING
        if found is MISSING:
            raise NoAnswer(f"no context entry found with key '{excerpt(step)}'")
    return normalise(found)


builtin("get value(context: context, keys: list)")(get_value)
builtin("get value(m: context, key: string)")(get_value)


@builtin("get entries(context: context)")
def get_entries(context: Entries) -> list[Value]:
    """A list of `{key: …, value: …}`."""
    return [{"key": key, "value": normalise(value)} for key, value in context.items()]


builtin("get entries(m: context)")(get_entries)


@builtin("context put(context: context, key: any, value: any)")
def context_put(context: Entries, key: Value, value: Value) -> Entries:
    """The context with one entry set, in a context inside where the key is a list."""
    keys = key if isinstance(key, list) else [key]
    if not keys or len(keys) > 100:
        raise Unsuitable("expected one key at least")
    head = keys[0]
    if type(head) is not str:
        raise Unsuitable(f"'{excerpt(head)}' is no key")
    if len(keys) == 1:
        return {**context, head: value}
    inner = context.get(head)
    return {**context, head: context_put(inner if isinstance(inner, Mapping) else {}, keys[1:], value)}


builtin("context put(context: context, keys: list, value: any)")(context_put)


@builtin("context merge(contexts*: any)")
def context_merge(contexts: list[Value]) -> Entries:
    """All entries of all contexts; later ones win."""
    merged: dict[str, Value] = {}
    for entry in contexts:
        if not isinstance(entry, Mapping):
            raise NoAnswer(f"expected context but found '{excerpt(entry)}'")
        merged.update(entry)
    return merged
