"""Intermediate throw events that only mark a place, and links, which go on elsewhere in the same scope.

As in Zeebe their input mappings are passed over; only those for output count.
"""

from engine.processing import termination
from engine.processing.engine import Engine
from engine.processing.events import give_variables
from engine.processing.instances import ElementInstance
from engine.processing.lifecycle import activated, completed, request_completion


class NoneThrowEvent(termination.Terminates):
    """Passed at once."""

    def activate(self, engine: Engine, instance: ElementInstance) -> None:
        activated(engine, instance)
        request_completion(engine, instance)

    def complete(self, engine: Engine, instance: ElementInstance) -> None:
        give_variables(engine, instance)
        completed(engine, instance)


class LinkThrowEvent(termination.Terminates):
    """Goes on at the catching link of the same name."""

    def activate(self, engine: Engine, instance: ElementInstance) -> None:
        activated(engine, instance)
        request_completion(engine, instance)

    def complete(self, engine: Engine, instance: ElementInstance) -> None:
        give_variables(engine, instance)
        scope, target = instance.scope, instance.element.link_target_id
        assert scope is not None, "a link lies in a scope"
        assert target is not None, "the deployment demands the link's target"
        scope.active_flows += 1
        completed(engine, instance, ())
        scope.active_flows -= 1
        engine.follow_up("activate", instance.process.key, -1, target, scope.key, "", -1, instance.is_unparented)
