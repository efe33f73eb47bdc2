"""What starts the latest version of a process without being asked: timers, messages and signals.

A new version takes them over from the one before it.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from engine import feel
from engine.bpmn.model import Element, MessageDefinition, ProcessDefinition, SignalDefinition, TimerDefinition
from engine.processing import message_start, signal, timer
from engine.processing.commands import CommandRejected, RejectionType
from engine.processing.deployment_dmn import InvalidResource
from engine.processing.engine import Engine
from engine.processing.entities import Kind, SignalSubscription, Timer
from engine.processing.instances import Definition
from engine.processing.message_start import by_name
from engine.processing.schedule import CycleNotSupported, InvalidSchedule


def _starts(model: ProcessDefinition) -> Iterator[Element]:
    """The start events, the last one in the file first."""
    return (model.elements[start_id] for start_id in reversed(model.process.start_event_ids))


def check(model: ProcessDefinition, resource_name: str) -> None:
    """Refuse a process whose timer start has no moment.

    Raises:
        InvalidResource: the timer's text is wrong.
        CommandRejected: it is a cron expression of which nothing can be made.
    """
    for start in _starts(model):
        if isinstance(start.event, TimerDefinition):
            try:
                timer.schedule(start.event.kind, _constant(start.event), 0)
            except CycleNotSupported as error:
                raise CommandRejected(
                    RejectionType.PROCESSING_ERROR,
                    f"Expected to create timer for start event, but encountered the following error: {error}",
                ) from error
            except (InvalidSchedule, feel.FeelError) as error:
                raise InvalidResource(
                    f"'{resource_name}': - Element: {start.id}\n    - ERROR: Invalid timer expression: {error}\n"
                ) from error


def _constant(definition: TimerDefinition, clock: Callable[[], datetime] | None = None) -> object:
    """The value of a start timer's expression, which sees no variables."""
    expression = definition.expression
    return expression.source if expression.compiled is None else expression.compiled.value({}, clock)


def open_timers(engine: Engine, definition: Definition) -> None:
    """Make the timers of a new version's start events, in place of the version before."""
    if definition.replaces is not None:
        close_timers(engine, definition.replaces)
    for start in _starts(definition.model):
        if isinstance(start.event, TimerDefinition):
            when = timer.schedule(start.event.kind, _constant(start.event, engine.moment), engine.now)
            timer.create_for_start(engine, definition, start.id, when)


def close_timers(engine: Engine, definition_key: int) -> None:
    """Cancel the timers of a version that is not the latest any more."""
    for entry in engine.state.singles(Kind.TIMER):
        if isinstance(entry, Timer) and entry.definition_key == definition_key:
            timer.cancel(engine, entry)


def open_subscriptions(engine: Engine, definition: Definition) -> None:
    """Subscribe a new version's start events to messages and signals, in place of the version before."""
    if definition.replaces is not None:
        close_subscriptions(engine, definition.replaces)
    starts = list(_starts(definition.model))
    for start in starts:
        if isinstance(start.event, SignalDefinition):
            signal.subscribe_start(engine, definition, start.id, _name(start.event.name.source, start.event.name.compiled))
    for start in starts:
        message = start.message or start.event
        if isinstance(message, MessageDefinition):
            message_start.subscribe(engine, definition, start.id, _name(message.name.source, message.name.compiled))


def _name(source: str, compiled: feel.CompiledExpression | None) -> str:
    return source if compiled is None else str(compiled.value({}))


def close_subscriptions(engine: Engine, definition_key: int) -> None:
    """Messages and signals do not start this version any more."""
    message_start.unsubscribe(engine, definition_key)
    entries = [entry for entry in engine.state.singles(Kind.SIGNAL_SUBSCRIPTION) if isinstance(entry, SignalSubscription)]
    for entry in sorted(entries, key=lambda entry: by_name(entry.signal_name)):
        if entry.definition_key == definition_key:
            signal.unsubscribe(engine, entry)
