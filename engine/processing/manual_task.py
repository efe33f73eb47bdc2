"""Manual and undefined tasks: documentation for people, passed by the engine."""

from engine.processing.engine import Engine
from engine.processing.events import give_variables
from engine.processing.instances import ElementInstance
from engine.processing.lifecycle import activated, completed, request_completion
from engine.processing.mappings import apply_inputs
from engine.processing.subscriptions import close, open_boundary
from engine.processing.termination import Terminates


class ManualTask(Terminates):
    """Done as soon as it is reached."""

    def activate(self, engine: Engine, instance: ElementInstance) -> None:
        apply_inputs(engine, instance)
        open_boundary(engine, instance)
        activated(engine, instance)
        request_completion(engine, instance)

    def complete(self, engine: Engine, instance: ElementInstance) -> None:
        give_variables(engine, instance)
        close(engine, instance)
        completed(engine, instance)
