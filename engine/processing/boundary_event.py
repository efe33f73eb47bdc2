"""Boundary events: an interrupting one waits for its host to end, another starts beside it at once."""

from engine.bpmn.model import Element
from engine.processing import events
from engine.processing.engine import Engine
from engine.processing.entities import Trigger
from engine.processing.instances import ElementInstance
from engine.processing.lifecycle import completed, request_termination
from engine.processing.termination import Terminates


class BoundaryEvent(Terminates):
    """Only completes as an element: its activation is part of the event that starts it."""

    def occur(self, engine: Engine, subscriber: ElementInstance, event: Element, variables: str, *, propagates: bool) -> None:
        trigger = events.hold(engine, subscriber, event.id, variables, propagates=propagates)
        if event.is_interrupting:
            request_termination(engine, subscriber)
        else:
            self.take_over(engine, subscriber, trigger)

    def take_over(self, engine: Engine, subscriber: ElementInstance, trigger: Trigger) -> None:
        scope, process = subscriber.scope, subscriber.process
        assert scope is not None, "a process has no boundary events"
        subscriber.triggers.remove(trigger)
        events.write_triggered(engine, process.definition, process.key, subscriber.key, trigger)
        events.start_event_instance(engine, scope, trigger.element_id, trigger, subscriber)

    def complete(self, engine: Engine, instance: ElementInstance) -> None:
        events.give_variables(engine, instance)
        completed(engine, instance)
