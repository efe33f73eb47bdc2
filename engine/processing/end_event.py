"""End events: without an event, and those that terminate the scope around them."""

from engine.processing import termination
from engine.processing.engine import Engine
from engine.processing.entities import State
from engine.processing.events import give_variables
from engine.processing.instances import ElementInstance
from engine.processing.lifecycle import activated, completed


class EndEvent(termination.Terminates):
    """The path ends here."""

    def activate(self, engine: Engine, instance: ElementInstance) -> None:
        activated(engine, instance)
        self.complete(engine, instance)

    def complete(self, engine: Engine, instance: ElementInstance) -> None:
        if instance.state != State.COMPLETING:
            engine.transition(instance, State.COMPLETING)
        give_variables(engine, instance)
        completed(engine, instance)


class TerminateEndEvent(termination.Terminates):
    """Everything else in the scope ends as well, and the scope completes."""

    def activate(self, engine: Engine, instance: ElementInstance) -> None:
        activated(engine, instance)
        engine.transition(instance, State.COMPLETING)
        scope = instance.scope
        assert scope is not None, "an end event lies in a scope"
        # Tokens on their way find the scope interrupted.
        scope.interrupted_by = instance.element.id
        scope.active_flows = 0
        scope.taken_flows = {}
        completed(engine, instance)
        # What was placed by hand beside it and has not begun is refused when its turn comes.
        if any(child.state != State.CREATED for child in scope.children.values()):
            termination.terminate_children(engine, scope)
