"""Start events: an instance begins at the one without an event, or at the one whose event has happened."""

from engine.bpmn.model import Element
from engine.processing import event_subprocess, events, subscriptions
from engine.processing.engine import Engine
from engine.processing.entities import State, Trigger
from engine.processing.instances import ElementInstance
from engine.processing.lifecycle import activated, completed, request_completion
from engine.processing.termination import Terminates, gone, release


class StartEvent(Terminates):
    """Active at once; when it completes, what its scope waits for is subscribed to."""

    def activate(self, engine: Engine, instance: ElementInstance) -> None:
        activated(engine, instance)
        request_completion(engine, instance)

    def complete(self, engine: Engine, instance: ElementInstance) -> None:
        scope = instance.scope
        assert scope is not None, "a start event lies in a scope"
        events.give_variables(engine, instance)
        subscriptions.open_scope(engine, scope)
        completed(engine, instance)

    def terminate(self, engine: Engine, instance: ElementInstance) -> None:
        # Zeebe takes the incident back only afterwards here.
        engine.transition(instance, State.TERMINATED)
        release(engine, instance)
        gone(engine, instance)

    def occur(self, engine: Engine, subscriber: ElementInstance, event: Element, variables: str, *, propagates: bool) -> None:
        event_subprocess.occur(engine, subscriber, event, variables, propagates=propagates)

    def take_over(self, engine: Engine, subscriber: ElementInstance, trigger: Trigger) -> None:
        event_subprocess.start(engine, subscriber, trigger)
