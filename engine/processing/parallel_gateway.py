"""Parallel gateways: a token on every flow in gives a token on every flow out. The join is in `lifecycle.activate`."""

from engine.processing.engine import Engine
from engine.processing.entities import State
from engine.processing.instances import ElementInstance
from engine.processing.lifecycle import activated, completed
from engine.processing.termination import Terminates


class ParallelGateway(Terminates):
    """Done as soon as it is reached by all."""

    def activate(self, engine: Engine, instance: ElementInstance) -> None:
        activated(engine, instance)
        engine.transition(instance, State.COMPLETING)
        completed(engine, instance)
