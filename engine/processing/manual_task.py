"""Manual and undefined tasks: documentation for people, passed by the engine.

Zeebe neither maps variables at them nor listens to their boundary events.
"""

from engine.processing.engine import Engine
from engine.processing.instances import ElementInstance
from engine.processing.lifecycle import activated, completed, request_completion
from engine.processing.termination import Terminates


class ManualTask(Terminates):
    """Done as soon as it is reached."""

    def activate(self, engine: Engine, instance: ElementInstance) -> None:
        activated(engine, instance)
        request_completion(engine, instance)

    def complete(self, engine: Engine, instance: ElementInstance) -> None:
        completed(engine, instance)
