"""Error end events."""

from engine.bpmn.model import ErrorDefinition
from engine.processing.catching import catch, find_catcher, unhandled
from engine.processing.engine import Engine
from engine.processing.expressions import evaluate_text
from engine.processing.instances import ElementInstance
from engine.processing.lifecycle import activated
from engine.processing.termination import Terminates


class ErrorEndEvent(Terminates):
    """Throws an error; whatever catches it ends the scope, and this event with it."""

    def activate(self, engine: Engine, instance: ElementInstance) -> None:
        definition = instance.element.event
        assert isinstance(definition, ErrorDefinition)
        assert definition.code is not None, "the deployment demands an error code here"
        code = evaluate_text(engine, instance, definition.code)
        assert instance.scope is not None, "an end event has a scope"
        caught = find_catcher(engine, instance.scope, code)
        if caught is None:
            raise unhandled(engine, instance.scope, code, "")
        activated(engine, instance)
        catch(engine, caught, "{}")
