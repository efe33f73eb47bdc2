"""Multi-instance activities: a body that runs its activity once for each item of a collection, together or in turn.

The body is an element instance of its own around the inner ones. The items are evaluated once, when the body is activated, and
kept: an inner instance gets its own, and a sequential body ends, as the input collection was then.
"""

from typing import Any

import msgspec

from engine import feel
from engine.processing import lifecycle, termination
from engine.processing.engine import Engine
from engine.processing.entities import InputCollection, State
from engine.processing.expressions import evaluate, evaluate_boolean, evaluate_list
from engine.processing.instances import ElementInstance
from engine.processing.records import quote, to_json
from engine.processing.subscriptions import close, open_boundary
from engine.processing.variables import propagate, set_local

_decode = msgspec.json.Decoder(list[Any]).decode


class MultiInstanceBody(termination.TerminatesChildren):
    """Around the inner instances: counts them, gathers their results, carries the boundary events."""

    def activate(self, engine: Engine, instance: ElementInstance) -> None:
        loop = instance.element.loop
        assert loop is not None, "a body has loop characteristics"
        items = [feel.to_json(item) for item in evaluate_list(engine, instance, loop.input_collection)]
        texts = ",".join([quote(to_json(item)) for item in items])
        engine.log.append("MULTI_INSTANCE", "INPUT_COLLECTION_EVALUATED", instance.key, f'{{"inputCollection":[{texts}]}}')
        open_boundary(engine, instance)
        instance.items = items
        if items:
            kept = InputCollection(engine.next_key(), instance.process.key, instance.key, to_json(items))
            engine.state.keep_items(instance, kept)
        lifecycle.activated(engine, instance)
        if loop.output_collection is not None:
            set_local(engine, instance, loop.output_collection, [None] * len(items))
        if not items:
            lifecycle.request_completion(engine, instance)
        elif loop.is_sequential:
            _activate_inner(engine, instance)
        else:
            engine.follow_up("activate_inner", instance.process.key, engine.next_key(), instance.key, len(items))

    def complete(self, engine: Engine, instance: ElementInstance) -> None:
        loop = instance.element.loop
        assert loop is not None, "a body has loop characteristics"
        close(engine, instance)
        if loop.output_collection is not None and instance.scope is not None:
            propagate(engine, instance.scope, {loop.output_collection: instance.variables[loop.output_collection].value})
        lifecycle.completed(engine, instance)

    def child_completing(self, engine: Engine, scope: ElementInstance, child: ElementInstance) -> None:
        _gather(engine, scope, child)

    def child_completed(self, engine: Engine, scope: ElementInstance, child: ElementInstance) -> None:
        _after_inner_completed(engine, scope, satisfied=child.satisfied)


def activate_next(engine: Engine, process_key: int, key: int, body_key: int, remaining: int) -> None:
    """Handle the command to start the next inner instance of a parallel body, and the others after it."""
    process = engine.state.process(process_key)
    body = None if process is None else process.elements.get(body_key)
    if process is None or body is None or not body.is_active:
        return
    _activate_inner(engine, body)
    if remaining > 1:
        engine.follow_up("activate_inner", process_key, engine.next_key(), body_key, remaining - 1)
        return
    engine.log.append(
        "PROCESS_INSTANCE_BATCH",
        "ACTIVATED",
        key,
        f'{{"index":{remaining},"batchElementInstanceKey":{body_key},"processInstanceKey":{process_key},'
        '"tenantId":"<default>"}',
    )


def _activate_inner(engine: Engine, body: ElementInstance) -> None:
    """Hand the next item to a new inner instance."""
    body.started += 1
    body.active_flows += 1
    engine.state.update_element(body)
    engine.follow_up("activate_inner_instance", body.process.key, engine.next_key(), body.key, body.started)


def activate_inner(engine: Engine, process_key: int, key: int, body_key: int, loop_counter: int) -> None:
    """Handle the command to activate one inner instance."""
    process = engine.state.process(process_key)
    body = None if process is None else process.elements.get(body_key)
    if process is None or body is None or not body.is_active:
        return
    body.active_flows -= 1
    engine.state.update_element(body)
    inner = lifecycle.create(engine, process, body.element, body, key)
    inner.loop_counter = loop_counter
    engine.transition(inner, State.ACTIVATING)
    _give_item(engine, inner)
    lifecycle.activate(engine, process_key, key, body.element.id, body_key)


def _give_item(engine: Engine, inner: ElementInstance) -> None:
    """An inner instance begins: its item, its result to be and its number become its variables."""
    body = inner.scope
    assert body is not None, "an inner instance lies in its body"
    loop = inner.element.loop
    assert loop is not None, "a body has loop characteristics"
    if loop.input_element is not None:
        set_local(engine, inner, loop.input_element, items(engine, body)[inner.loop_counter - 1])
    result = _plain_name(inner)
    if result is not None and result not in {loop.input_element, "loopCounter"}:
        set_local(engine, inner, result, None)
    set_local(engine, inner, "loopCounter", inner.loop_counter)


def _plain_name(inner: ElementInstance) -> str | None:
    """The variable that the output element names, where it is a name or a path from one, and no larger expression."""
    loop = inner.element.loop
    if loop is None or loop.output_element is None or loop.output_element.compiled is None:
        return None
    names = [name.strip() for name in loop.output_element.source.split(".")]
    is_path = all(name.isidentifier() for name in names)
    return names[0] if is_path and names[0] in loop.output_element.compiled.variable_names else None


def items(engine: Engine, body: ElementInstance) -> list[Any]:
    """The items of a body; those of a body that an earlier version began were not kept, and are evaluated again."""
    if body.items is None and body.input_collection is not None:
        body.items = _decode(body.input_collection.items)
    if body.items is None:
        loop = body.element.loop
        assert loop is not None, "a body has loop characteristics"
        body.items = [feel.to_json(item) for item in evaluate_list(engine, body, loop.input_collection)]
    return body.items


def _gather(engine: Engine, body: ElementInstance, inner: ElementInstance) -> None:
    """An inner instance is about to be done: its result goes to its place in the output collection."""
    loop = body.element.loop
    assert loop is not None, "a body has loop characteristics"
    if loop.output_collection is not None and loop.output_element is not None:
        value = feel.to_json(evaluate(engine, inner, loop.output_element))
        gathered = list(body.variables[loop.output_collection].value)
        if inner.loop_counter <= len(gathered):
            gathered[inner.loop_counter - 1] = value
        set_local(engine, body, loop.output_collection, gathered)
    if loop.completion_condition is not None:
        inner.satisfied = evaluate_boolean(engine, inner, loop.completion_condition, _counts(body))


def _counts(body: ElementInstance) -> dict[str, int]:
    """What a completion condition may ask while an inner instance is about to be done, which counts as completed."""
    active = len(body.children) - 1
    terminated = body.started - body.active_flows - body.ended - len(body.children)
    return {
        "numberOfInstances": active + body.ended + 1 + terminated,
        "numberOfActiveInstances": active,
        "numberOfCompletedInstances": body.ended + 1,
        "numberOfTerminatedInstances": terminated,
    }


def _after_inner_completed(engine: Engine, body: ElementInstance, *, satisfied: bool) -> None:
    """An inner instance is done: the next one begins, or the body is done as well."""
    body.ended += 1
    engine.state.update_element(body)
    loop = body.element.loop
    assert loop is not None, "a body has loop characteristics"
    if satisfied:
        body.active_flows = 0
        if not termination.terminate_children(engine, body):
            lifecycle.request_completion(engine, body)
        return
    if body.is_active and body.started < len(items(engine, body)):
        # Those of a parallel body are on their way: the command that begins them waits for its turn.
        if loop.is_sequential:
            _activate_inner(engine, body)
        return
    lifecycle.complete_if_finished(engine, body)
