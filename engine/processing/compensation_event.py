"""Compensation throw and end events: they undo what their scope has done, and wait until it is undone.

As in Zeebe their variable mappings are passed over.
"""

from engine.bpmn.model import CompensationDefinition, Element, ElementType, EventType
from engine.processing import compensation
from engine.processing.engine import Engine
from engine.processing.entities import CompensationSubscription, State
from engine.processing.instances import ElementInstance
from engine.processing.lifecycle import activated, complete, completed, create
from engine.processing.termination import Terminates


class CompensationThrowEvent(Terminates):
    """Runs the handlers of its scope's activities, or of one; done when the last handler is."""

    def activate(self, engine: Engine, instance: ElementInstance) -> None:
        definition, scope = instance.element.event, instance.scope
        assert isinstance(definition, CompensationDefinition)
        assert scope is not None, "a throw event lies in a scope"
        activated(engine, instance)
        subscriptions = compensation.open_ones(scope.process, scope.key, definition.activity_id)
        if scope.element.type == ElementType.EVENT_SUB_PROCESS and scope.scope is not None:
            # It also undoes what was done in the scope it belongs to.
            around = compensation.open_ones(scope.process, scope.scope.key, definition.activity_id)
            subscriptions = sorted([*around, *subscriptions], key=lambda entry: entry.key)
        for subscription in subscriptions:
            _undo(engine, instance, scope, subscription)
        if not subscriptions:
            # Unlike other elements, it does not wait for its turn.
            complete(engine, instance.process.key, instance.key)

    def complete(self, engine: Engine, instance: ElementInstance) -> None:
        completed(engine, instance)


def _undo(engine: Engine, thrower: ElementInstance, scope: ElementInstance, subscription: CompensationSubscription) -> None:
    """Undo an activity, and then what is inside it; all handlers run in the thrower's scope."""
    handler_key = -1
    if subscription.handler_id:
        handler_key = _begin_handler(engine, thrower, scope, subscription)
    compensation.trigger(engine, thrower, subscription, handler_key)
    for inner in compensation.open_ones(scope.process, subscription.activity_key):
        _undo(engine, thrower, scope, inner)


def _begin_handler(
    engine: Engine, thrower: ElementInstance, scope: ElementInstance, subscription: CompensationSubscription
) -> int:
    """Pass the activity's compensation boundary, and let its handler run."""
    process = scope.process
    by_hand = thrower.is_unparented
    boundary = create(engine, process, _boundary(scope, subscription.activity_id), scope, is_unparented=by_hand)
    for state in (State.ACTIVATING, State.ACTIVATED, State.COMPLETING, State.COMPLETED):
        engine.transition(boundary, state)
    engine.state.remove_element(boundary)
    handler_key = engine.next_key()
    engine.follow_up("activate", process.key, handler_key, subscription.handler_id, scope.key, "", -1, by_hand)
    return handler_key


def _boundary(scope: ElementInstance, activity_id: str) -> Element:
    elements = scope.process.definition.model.elements
    boundaries = (elements[boundary_id] for boundary_id in elements[activity_id].boundary_event_ids)
    return next(boundary for boundary in boundaries if boundary.event_type == EventType.COMPENSATION)
