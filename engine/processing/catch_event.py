"""Intermediate catch events and receive tasks: they wait for a message, a moment or a signal."""

from engine.bpmn.model import EventType
from engine.processing.engine import Engine
from engine.processing.events import give_variables
from engine.processing.instances import ElementInstance
from engine.processing.lifecycle import activated, completed, request_completion
from engine.processing.mappings import apply_inputs
from engine.processing.subscriptions import close, is_inner, open_all
from engine.processing.termination import Terminates


class CatchEvent(Terminates):
    """Done when what it waits for has happened."""

    def activate(self, engine: Engine, instance: ElementInstance) -> None:
        element = instance.element
        apply_inputs(engine, instance)
        # The boundary events of a multi-instance are its body's.
        boundary = () if is_inner(instance) else reversed(element.boundary_event_ids)
        open_all(engine, instance, (element.id, *boundary))
        activated(engine, instance)
        if element.event_type == EventType.LINK:
            request_completion(engine, instance)

    def complete(self, engine: Engine, instance: ElementInstance) -> None:
        give_variables(engine, instance)
        close(engine, instance)
        completed(engine, instance)
