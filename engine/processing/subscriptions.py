"""What an element instance waits for: messages, timers and signals of its own, its boundary and its event subprocesses.

All expressions are evaluated before the first subscription is made, so a failing one leaves nothing behind.
"""

from collections.abc import Iterable
from typing import NamedTuple

from engine.bpmn.model import Element, ElementType, EventType, MessageDefinition, SignalDefinition, TimerDefinition
from engine.processing import message_subscription, signal, timer
from engine.processing.engine import Engine
from engine.processing.entities import MessageSubscription, SignalSubscription, Timer
from engine.processing.errors import StepFailed
from engine.processing.expressions import evaluate_correlation_key, evaluate_string
from engine.processing.instances import Definition, ElementInstance

# Errors and escalations come to whoever is there; these are subscribed to.
_WAITED_FOR = {EventType.MESSAGE, EventType.TIMER, EventType.SIGNAL}


def open_all(engine: Engine, instance: ElementInstance, event_ids: Iterable[str]) -> None:
    """Subscribe an element instance to events: messages first, then timers, then signals."""
    wanted = _evaluate(engine, instance, event_ids)
    for event, name, correlation_key in wanted.messages:
        message_subscription.create(engine, instance, event, name, correlation_key)
    for event, schedule in wanted.timers:
        timer.create(engine, instance, event.id, schedule)
    for event, name in wanted.signals:
        signal.subscribe(engine, instance, event.id, name)


class _Wanted(NamedTuple):
    """What is to be subscribed to, all expressions evaluated."""

    messages: list[tuple[Element, str, str]]
    timers: list[tuple[Element, timer.Schedule]]
    signals: list[tuple[Element, str]]


def _evaluate(engine: Engine, instance: ElementInstance, event_ids: Iterable[str]) -> _Wanted:
    wanted = _Wanted([], [], [])
    for event_id in event_ids:
        event = instance.process.definition.element(event_id)
        definition = event.message or event.event
        match definition:
            case MessageDefinition():
                wanted.messages.append((event, *_message(engine, instance, event, definition)))
            case TimerDefinition():
                wanted.timers.append((event, timer.evaluate(engine, instance, definition)))
            case SignalDefinition():
                wanted.signals.append((event, evaluate_string(engine, instance, definition.name)))
            case _:
                pass
    return wanted


def _message(engine: Engine, instance: ElementInstance, event: Element, definition: MessageDefinition) -> tuple[str, str]:
    """Name and correlation key; a boundary event's key is looked up outside its host."""
    name = evaluate_string(engine, instance, definition.name)
    assert definition.correlation_key is not None, "the deployment demands a correlation key here"
    if event.type == ElementType.BOUNDARY_EVENT and instance.scope is not None:
        outside = instance.scope
        return name, evaluate_correlation_key(engine, outside, definition.correlation_key, outside.key)
    return name, evaluate_correlation_key(engine, instance, definition.correlation_key)


def open_boundary(engine: Engine, instance: ElementInstance) -> None:
    """Subscribe an activity to its boundary events, last written first."""
    if instance.element.boundary_event_ids and not is_inner(instance):
        open_all(engine, instance, reversed(instance.element.boundary_event_ids))


def open_migrated(engine: Engine, instance: ElementInstance) -> None:
    """Subscribe an element instance that has become another to all that one waits for: its boundary, and inside it."""
    event_ids = _events_of_scope(instance)
    if event_ids:
        open_all(engine, instance, event_ids)


def messages_of(engine: Engine, instance: ElementInstance) -> list[tuple[str, str]]:
    """The boundary events and event subprocesses of an activity that wait for messages, with their names; nothing is done.

    Raises:
        StepFailed: an expression fails.
    """
    wanted = _evaluate(engine, instance, _events_of_scope(instance))
    return [(event.id, name) for event, name, _ in wanted.messages]


def open_scope(engine: Engine, scope: ElementInstance) -> None:
    """A scope's start event is done: subscribe the scope to its boundary events and event subprocesses."""
    event_ids = _events_of_scope(scope)
    if not event_ids:
        return
    try:
        open_all(engine, scope, event_ids)
    except StepFailed as failure:
        # The incident is the start event's, the variables that are missing are the scope's.
        if failure.variable_scope_key < 0:
            failure.variable_scope_key = scope.key
        raise


def check_scope(engine: Engine, scope: ElementInstance) -> None:
    """Evaluate what `open_scope` would need, and do nothing.

    Raises:
        StepFailed: an expression fails.
    """
    _evaluate(engine, scope, _events_of_scope(scope))


def _events_of_scope(scope: ElementInstance) -> list[str]:
    element = scope.element
    boundary = () if is_inner(scope) else element.boundary_event_ids
    if not boundary and not element.event_subprocess_ids:
        return []
    return [*_starts_inside(scope.process.definition, element), *reversed(boundary)]


def _starts_inside(definition: Definition, element: Element) -> list[str]:
    elements = definition.model.elements
    return [start for subprocess in element.event_subprocess_ids for start in elements[subprocess].start_event_ids]


def caught_by(definition: Definition, element: Element) -> list[str]:
    """The events that an element waits for while it is active: at its boundary, and inside it."""
    events = [*element.boundary_event_ids, *_starts_inside(definition, element)]
    return [event_id for event_id in events if definition.element(event_id).event_type in _WAITED_FOR]


def is_inner(instance: ElementInstance) -> bool:
    """Whether it is one turn of a multi-instance: the events are the body's."""
    return instance.scope is not None and instance.scope.is_body


def close(engine: Engine, instance: ElementInstance, *, only_inside: bool = False) -> None:
    """Withdraw an element instance's subscriptions; with `only_inside` those of its event subprocesses alone."""
    process = instance.process
    if not instance.waits:
        return

    def concerns(element_id: str) -> bool:
        event = process.definition.model.elements.get(element_id)
        return not only_inside or event is None or event.type == ElementType.START_EVENT

    waits = list(instance.waits.values())
    for entry in waits:
        if isinstance(entry, Timer) and concerns(entry.target_element_id):
            timer.cancel(engine, entry)
    opened = [entry for entry in waits if isinstance(entry, MessageSubscription) and concerns(entry.element_id)]
    for subscription in sorted(opened, key=lambda entry: _as_stored(entry.message_name)):
        message_subscription.close(engine, process, subscription)
    heard = [entry for entry in waits if isinstance(entry, SignalSubscription) and concerns(entry.element_id)]
    for entry in sorted(heard, key=lambda entry: _as_stored(entry.signal_name)):
        signal.unsubscribe(engine, entry)


def _as_stored(name: str) -> tuple[int, bytes]:
    """The order in which Zeebe finds subscriptions: by their names, shorter ones first."""
    text = name.encode()
    return len(text), text
