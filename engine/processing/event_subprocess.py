"""Event subprocesses: started by an event in the scope around them, which an interrupting one empties first."""

from engine.bpmn.model import Element
from engine.processing import events, subscriptions
from engine.processing.engine import Engine
from engine.processing.entities import Trigger
from engine.processing.instances import ElementInstance
from engine.processing.lifecycle import activated, completed, request_termination
from engine.processing.mappings import apply_inputs
from engine.processing.termination import TerminatesChildren


def occur(engine: Engine, scope: ElementInstance, start_event: Element, variables: str, *, propagates: bool) -> None:
    """The start event of an event subprocess has happened in a scope."""
    trigger = events.hold(engine, scope, start_event.id, variables, propagates=propagates)
    if start_event.is_interrupting:
        scope.interrupted_by = start_event.id
        scope.active_flows = 0
        scope.taken_flows = {}
        subscriptions.close(engine, scope, only_inside=True)
        for child in list(scope.children.values()):
            request_termination(engine, child)
        if scope.children:
            return
    start(engine, scope, trigger)


def start(engine: Engine, scope: ElementInstance, trigger: Trigger) -> None:
    """Nothing stands in the way: the event subprocess begins, and the trigger goes with it."""
    start_event = scope.process.definition.element(trigger.element_id)
    assert start_event.parent_id is not None, "a start event lies in a scope"
    engine.follow_up("activate", scope.process.key, -1, start_event.parent_id, scope.key, "", trigger.key)


class EventSubprocess(TerminatesChildren):
    """Active at once; the trigger goes on to its start event. One begun by hand has none, and interrupts nothing."""

    def activate(self, engine: Engine, instance: ElementInstance) -> None:
        if not instance.triggers:
            apply_inputs(engine, instance)
            activated(engine, instance)
            engine.follow_up("activate", instance.process.key, -1, instance.element.start_event_ids[0], instance.key)
            return
        trigger = instance.triggers[0]
        if instance.scope is not None and instance.scope.interrupted_by == trigger.element_id:
            # From now on it is this that stands in the way of others.
            instance.scope.interrupted_by = instance.element.id
            engine.state.update_element(instance.scope)
        apply_inputs(engine, instance)
        activated(engine, instance)
        engine.follow_up("activate", instance.process.key, -1, trigger.element_id, instance.key, "", trigger.key)

    def complete(self, engine: Engine, instance: ElementInstance) -> None:
        events.give_variables(engine, instance)
        subscriptions.close(engine, instance)
        completed(engine, instance, ())
