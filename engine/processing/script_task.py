"""Script tasks in FEEL: evaluated while they are activated, the result a variable when they complete."""

from engine import feel
from engine.processing import events
from engine.processing.engine import Engine
from engine.processing.errors import StepFailed
from engine.processing.expressions import evaluate_mapping
from engine.processing.instances import ElementInstance
from engine.processing.lifecycle import activated, completed, request_completion
from engine.processing.mappings import apply_inputs
from engine.processing.records import quote, to_json
from engine.processing.termination import Terminates
from engine.processing.variables import VisibleVariables


class ScriptTask(Terminates):
    """Done as soon as it is reached."""

    def activate(self, engine: Engine, instance: ElementInstance) -> None:
        script = instance.element.script
        assert script is not None, "the deployment demands a script"
        apply_inputs(engine, instance)
        try:
            value = feel.to_json(evaluate_mapping(engine, VisibleVariables(instance), script.expression))
        except StepFailed as failure:
            raise StepFailed("EXTRACT_VALUE_ERROR", failure.message) from failure
        events.hold(engine, instance, instance.element.id, f"{{{quote(script.result_variable)}:{to_json(value)}}}")
        activated(engine, instance)
        request_completion(engine, instance)

    def complete(self, engine: Engine, instance: ElementInstance) -> None:
        events.give_variables(engine, instance)
        completed(engine, instance)
