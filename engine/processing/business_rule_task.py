"""Business rule tasks that call a decision: evaluated while they are activated, the result a variable when they complete."""

from engine.processing import decision, events
from engine.processing.engine import Engine
from engine.processing.errors import StepFailed
from engine.processing.expressions import evaluate_string
from engine.processing.instances import ElementInstance
from engine.processing.lifecycle import activated, completed, request_completion
from engine.processing.mappings import apply_inputs
from engine.processing.records import quote
from engine.processing.termination import Terminates
from engine.processing.variables import VisibleVariables


class BusinessRuleTask(Terminates):
    """Done as soon as it is reached."""

    def activate(self, engine: Engine, instance: ElementInstance) -> None:
        called = instance.element.decision
        assert called is not None, "the deployment demands a called decision"
        apply_inputs(engine, instance)
        decision_id = evaluate_string(engine, instance, called.decision_id)
        deployed = engine.catalog.latest_decision(instance.process.definition.tenant_id, decision_id)
        if deployed is None:
            raise StepFailed(
                "CALLED_DECISION_ERROR",
                f"Expected to evaluate decision '{decision_id}', but no decision found for id '{decision_id}'",
            )
        result = decision.evaluate(engine, deployed, VisibleVariables(instance), instance)
        if result.failure:
            raise StepFailed("DECISION_EVALUATION_ERROR", result.failure)
        events.hold(engine, instance, instance.element.id, f"{{{quote(called.result_variable)}:{result.output}}}")
        activated(engine, instance)
        request_completion(engine, instance)

    def complete(self, engine: Engine, instance: ElementInstance) -> None:
        events.give_variables(engine, instance)
        completed(engine, instance)
