"""Input and output mappings: what an element sees of the scopes around it and what it gives back.

Source: Zeebe 8.5 documentation, "Input/output variable mappings"; the merging of nested targets was observed.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from engine import feel
from engine.bpmn.model import Expression, VariableMapping
from engine.processing import batch_size
from engine.processing.engine import Engine
from engine.processing.errors import StepFailed
from engine.processing.expressions import evaluate_mapping, whole_failure
from engine.processing.instances import ElementInstance
from engine.processing.records import quote, to_json
from engine.processing.variables import Layered, VisibleVariables, propagate, set_local, set_locals

_decode = msgspec.json.Decoder().decode


type _Tree = dict[str, "Expression | _Tree"]


def _evaluate(
    engine: Engine, instance: ElementInstance, mappings: tuple[VariableMapping, ...], *, merges: bool
) -> dict[str, Any]:
    """The targets' values as JSON; with `merges`, a nested target is merged into the variable of its name.

    A mapping sees those before it as the FEEL values they are: a date is no text yet, and a function can be called, which is no
    variable in the end.
    """
    values: dict[str, Any] = feel.to_json(_feel_values(engine, instance, mappings, merges=merges))
    return values


def _feel_values(
    engine: Engine, instance: ElementInstance, mappings: tuple[VariableMapping, ...], *, merges: bool
) -> dict[str, Any]:
    visible = VisibleVariables(instance)
    if len({mapping.target for mapping in mappings if len(mapping.target) == 1}) == len(mappings):
        values: dict[str, Any] = {}
        context = Layered(values, visible)
        try:
            for mapping in mappings:
                values[mapping.target[0]] = evaluate_mapping(engine, context, mapping.source, lambda: _text(_tree(mappings)))
        except StepFailed as failure:
            raise whole_failure(engine, visible, _text(_tree(mappings), merges=merges)) or failure from failure
        return values
    tree = _tree(mappings)
    text = _text(tree, merges=merges)
    try:
        return _Nested(engine, merges=merges, text=lambda: text).values(tree, visible)
    except StepFailed as failure:
        # Zeebe evaluates the one context; what that would have noticed on its way belongs to the message.
        raise whole_failure(engine, visible, text) or failure from failure


def _tree(mappings: tuple[VariableMapping, ...]) -> _Tree:
    """The one FEEL context that the mappings are to Zeebe: what is written later at a place replaces what was there."""
    tree: _Tree = {}
    for mapping in mappings:
        level = tree
        for name in mapping.target[:-1]:
            inner = level.get(name)
            if not isinstance(inner, dict):
                inner = level[name] = {}
            level = inner
        level[mapping.target[-1]] = mapping.source
    return tree


def _text(tree: _Tree, path: str = "", *, merges: bool = False) -> str:
    """A tree as FEEL, for messages."""
    return "{" + ",".join([f"{name}:{_entry(source, path + name, merges=merges)}" for name, source in tree.items()]) + "}"


def _entry(source: Expression | _Tree, path: str, *, merges: bool) -> str:
    if isinstance(source, Expression):
        return quote(source.source) if source.is_static else source.quoted
    text = _text(source, f"{path}.", merges=merges)
    return f"if ({path} != null) then context merge({path},{text}) else {text}" if merges else text


class _Nested:
    """Evaluates a tree of mappings: an entry sees those before it in its own context and in the contexts around."""

    def __init__(self, engine: Engine, *, merges: bool, text: Callable[[], str]) -> None:
        self._engine = engine
        self._merges = merges
        self._text = text

    def values(self, tree: _Tree, around: Mapping[str, Any], path: tuple[str, ...] = ()) -> dict[str, Any]:
        values: dict[str, Any] = {}
        context = Layered(values, around)
        for name, source in tree.items():
            if isinstance(source, Expression):
                values[name] = evaluate_mapping(self._engine, context, source, self._text)
            else:
                base = _at(context, (*path, name)) if self._merges else None
                values[name] = _merged(base, self.values(source, context, (*path, name)))
        return values


def _at(context: Mapping[str, Any], path: tuple[str, ...]) -> object:
    value: object = context
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _merged(base: object, values: dict[str, Any]) -> dict[str, Any] | None:
    """FEEL's `context merge`, which is null where the base is something else than a context."""
    if base is None:
        return values
    return {**base, **values} if isinstance(base, Mapping) else None


def apply_inputs(engine: Engine, instance: ElementInstance) -> None:
    """Create the element's local variables.

    Raises:
        StepFailed: an expression fails, or their records do not fit into one batch of Zeebe's.
    """
    if instance.element.inputs:
        values = _evaluate(engine, instance, instance.element.inputs, merges=False)
        texts = {name: to_json(value) for name, value in values.items()}
        if batch_size.is_large(texts.values()) and not batch_size.fits(values, 1, sets_them=True):
            raise StepFailed(
                "MESSAGE_SIZE_EXCEEDED",
                f"Expected to process element '{instance.element.id}', but exceeded MAX_MESSAGE_SIZE limitation. "
                "If you have large or many variables consider reducing these.",
            )
        for name, value in values.items():
            set_local(engine, instance, name, value, texts[name])


def apply_outputs(engine: Engine, instance: ElementInstance, variables: str = "{}") -> None:
    """Give back an ending element's variables; those it ended with come as JSON.

    Without output mappings they go to the scopes that know them. With output mappings they stay, and only the mappings'
    targets leave.
    """
    outputs = instance.element.outputs
    given = _decode(variables) if variables != "{}" else {}
    if not outputs:
        if given:
            propagate(engine, instance, given)
        return
    set_locals(engine, instance, given)
    map_outputs(engine, instance)


def map_outputs(engine: Engine, instance: ElementInstance) -> None:
    """Evaluate the output mappings of an element and hand their targets to the scopes around it.

    An inner instance of a multi-instance body is such a scope itself: a variable of its own takes a target of its name.
    """
    outer = instance if instance.scope is None or instance.scope.is_body else instance.scope
    propagate(engine, outer, _evaluate(engine, instance, instance.element.outputs, merges=True))
