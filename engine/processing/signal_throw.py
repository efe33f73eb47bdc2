"""Signal throw and end events: they broadcast a signal with their own variables."""

from engine.bpmn.model import SignalDefinition
from engine.processing.engine import Engine
from engine.processing.events import give_variables
from engine.processing.expressions import evaluate_string
from engine.processing.instances import ElementInstance
from engine.processing.lifecycle import activated, completed, request_completion
from engine.processing.mappings import apply_inputs
from engine.processing.termination import Terminates
from engine.processing.variables import local_json


class SignalThrowEvent(Terminates):
    """Broadcasts when it is activated."""

    def activate(self, engine: Engine, instance: ElementInstance) -> None:
        definition = instance.element.event
        assert isinstance(definition, SignalDefinition)
        apply_inputs(engine, instance)
        name = evaluate_string(engine, instance, definition.name)
        activated(engine, instance)
        # What others do at the same time goes on until it is the signal's turn.
        engine.follow_up("broadcast_signal", name, local_json(instance), instance.process.definition.tenant_id)
        request_completion(engine, instance)

    def complete(self, engine: Engine, instance: ElementInstance) -> None:
        give_variables(engine, instance)
        completed(engine, instance)
