"""Exclusive gateways: one flow whose condition is true, or the default."""

from engine.bpmn.model import SequenceFlow
from engine.processing.engine import Engine
from engine.processing.entities import State
from engine.processing.errors import StepFailed
from engine.processing.expressions import evaluate_boolean
from engine.processing.instances import ElementInstance
from engine.processing.lifecycle import activated, completed
from engine.processing.termination import Terminates

NO_CONDITION = "Expected at least one condition to evaluate to true, or to have a default flow"


class ExclusiveGateway(Terminates):
    """Decides while it is activated and is done at once.

    The flows come last written first, and the first true one is taken: so does Zeebe.
    """

    def activate(self, engine: Engine, instance: ElementInstance) -> None:
        flow = _choose(engine, instance)
        activated(engine, instance)
        engine.transition(instance, State.COMPLETING)
        completed(engine, instance, () if flow is None else (flow,))


def _choose(engine: Engine, instance: ElementInstance) -> SequenceFlow | None:
    element = instance.element
    if not element.outgoing:
        return None
    if len(element.outgoing) == 1 and element.outgoing[0].condition is None:
        return element.outgoing[0]
    for flow in element.outgoing:
        if (
            flow.condition is not None
            and flow.id != element.default_flow_id
            and evaluate_boolean(engine, instance, flow.condition)
        ):
            return flow
    for flow in element.outgoing:
        if flow.id == element.default_flow_id:
            return flow
    raise StepFailed("CONDITION_ERROR", NO_CONDITION)
