"""Event-based gateways: whichever of the events after them happens first."""

from engine.processing import events
from engine.processing.engine import Engine
from engine.processing.instances import ElementInstance
from engine.processing.lifecycle import activated, completed
from engine.processing.subscriptions import close, open_all
from engine.processing.termination import Terminates


class EventBasedGateway(Terminates):
    """Waits for the events in their stead; the one that happened is active at once when the gateway is done."""

    def activate(self, engine: Engine, instance: ElementInstance) -> None:
        open_all(engine, instance, instance.element.event_target_ids)
        activated(engine, instance)

    def complete(self, engine: Engine, instance: ElementInstance) -> None:
        close(engine, instance)
        scope, process = instance.scope, instance.process
        assert scope is not None, "a gateway lies in a scope"
        # The event's token keeps the scope from ending with the gateway.
        scope.active_flows += 1
        completed(engine, instance, ())
        scope.active_flows -= 1
        trigger = instance.triggers[0]
        events.write_triggered(engine, process.definition, process.key, instance.key, trigger)
        events.start_event_instance(engine, scope, trigger.element_id, trigger, instance)
