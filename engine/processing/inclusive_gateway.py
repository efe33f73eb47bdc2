"""Inclusive gateways that split: every flow whose condition is true, or the default."""

from engine.bpmn.model import SequenceFlow
from engine.processing.engine import Engine
from engine.processing.entities import State
from engine.processing.errors import StepFailed
from engine.processing.exclusive_gateway import NO_CONDITION
from engine.processing.expressions import evaluate_boolean
from engine.processing.instances import ElementInstance
from engine.processing.lifecycle import activated, completed
from engine.processing.termination import Terminates


class InclusiveGateway(Terminates):
    """Decides while it is activated and is done at once."""

    def activate(self, engine: Engine, instance: ElementInstance) -> None:
        flows = _choose(engine, instance)
        activated(engine, instance)
        engine.transition(instance, State.COMPLETING)
        completed(engine, instance, flows)


def _choose(engine: Engine, instance: ElementInstance) -> tuple[SequenceFlow, ...]:
    element = instance.element
    if not element.outgoing:
        return ()
    if len(element.outgoing) == 1 and element.outgoing[0].condition is None:
        return element.outgoing
    chosen = tuple(
        flow
        for flow in element.outgoing
        if flow.condition is not None
        and flow.id != element.default_flow_id
        and evaluate_boolean(engine, instance, flow.condition)
    )
    chosen = chosen or tuple(flow for flow in element.outgoing if flow.id == element.default_flow_id)
    if not chosen:
        raise StepFailed("CONDITION_ERROR", NO_CONDITION)
    return chosen
