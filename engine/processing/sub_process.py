"""Embedded subprocesses: a scope inside a scope."""

from engine.processing.engine import Engine
from engine.processing.events import give_variables
from engine.processing.instances import ElementInstance
from engine.processing.lifecycle import activated, completed
from engine.processing.mappings import apply_inputs
from engine.processing.subscriptions import close
from engine.processing.termination import TerminatesChildren


class SubProcess(TerminatesChildren):
    """Active as soon as its inputs are mapped; its boundary events open with its start event."""

    def activate(self, engine: Engine, instance: ElementInstance) -> None:
        apply_inputs(engine, instance)
        activated(engine, instance)
        start_id = instance.element.none_start_id
        assert start_id is not None, "the deployment demands a start event in a subprocess"
        engine.follow_up("activate", instance.process.key, -1, start_id, instance.key)

    def complete(self, engine: Engine, instance: ElementInstance) -> None:
        give_variables(engine, instance)
        close(engine, instance)
        completed(engine, instance)
