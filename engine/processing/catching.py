"""Who catches an error or an escalation: the nearest boundary event or event subprocess around its thrower, across calls."""

from collections.abc import Iterator
from typing import NamedTuple

from engine.bpmn.model import Element, ErrorDefinition, EscalationDefinition
from engine.processing import events
from engine.processing.engine import Engine
from engine.processing.entities import State
from engine.processing.errors import StepFailed
from engine.processing.instances import ElementInstance

type Catchable = type[ErrorDefinition | EscalationDefinition]


class Catcher(NamedTuple):
    """The element instance whose event catches, and the event."""

    instance: ElementInstance
    event: Element


def find_catcher(
    engine: Engine, thrower: ElementInstance, code: str, kind: Catchable = ErrorDefinition, *, out_of_reach: bool = False
) -> Catcher | None:
    """The nearest event that catches a code; at one place the exact code goes before one that catches all.

    With `out_of_reach` also one that cannot happen any more, because what it hangs on ends already.
    """
    for instance, candidates in _scopes(engine, thrower, kind, out_of_reach=out_of_reach):
        for wanted in (code, None):
            for event in candidates:
                if _code(event) == wanted:
                    return Catcher(instance, event)
    return None


def _scopes(
    engine: Engine, thrower: ElementInstance, kind: Catchable, *, out_of_reach: bool = False
) -> Iterator[tuple[ElementInstance, list[Element]]]:
    """The element instances around a thrower, innermost first, across calls, with the catching events each has.

    What has not begun yet or is done already, and waits for its listeners, is heard by nobody.
    """
    if thrower.state in {State.ACTIVATING, State.COMPLETING}:
        return
    instance: ElementInstance | None = thrower
    while instance is not None:
        is_lost = not out_of_reach and (instance.is_terminating or bool(instance.interrupted_by))
        if not is_lost:
            yield instance, list(_events(instance, kind))
        if is_lost or instance.scope is None:
            # What an interrupted scope still does is beyond the reach of its process, but not of the call that began it.
            instance = engine.state.element(instance.process.parent_element_key)
        else:
            instance = instance.scope


def _events(instance: ElementInstance, kind: Catchable) -> Iterator[Element]:
    elements = instance.process.definition.model.elements
    if not instance.is_body:
        for subprocess_id in instance.element.event_subprocess_ids:
            for start_id in elements[subprocess_id].start_event_ids:
                if isinstance(elements[start_id].event, kind):
                    yield elements[start_id]
    if instance.scope is None or not instance.scope.is_body:
        for boundary_id in instance.element.boundary_event_ids:
            if isinstance(elements[boundary_id].event, kind):
                yield elements[boundary_id]


def _code(event: Element) -> str | None:
    assert isinstance(event.event, ErrorDefinition | EscalationDefinition)
    return None if event.event.code is None else event.event.code.source


def unhandled(engine: Engine, thrower: ElementInstance, code: str, message: str) -> StepFailed:
    """The incident of an error that nothing catches."""
    codes = [_code(event) or "" for _, candidates in _scopes(engine, thrower, ErrorDefinition) for event in candidates]
    text = f" with message '{message}'" if message else ""
    available = f"Available error events are [{', '.join(codes)}]" if codes else "No error events are available in the scope."
    return StepFailed(
        "UNHANDLED_ERROR_EVENT",
        f"Expected to throw an error event with the code '{code}'{text}, but it was not caught. {available}",
    )


def catch(engine: Engine, catcher: Catcher, variables: str) -> None:
    """An error reaches its catch event; its variables stay there."""
    events.occur(engine, catcher.instance, catcher.event.id, variables, propagates=False)
