"""The process itself: the outermost scope of an instance."""

from engine.processing import compensation, events, process_result
from engine.processing.engine import Engine
from engine.processing.instances import ElementInstance
from engine.processing.lifecycle import activated, completed
from engine.processing.subscriptions import close
from engine.processing.termination import TerminatesChildren


class Process(TerminatesChildren):
    """Active at once; it begins at its start event without an event, or at the one that has happened."""

    def activate(self, engine: Engine, instance: ElementInstance) -> None:
        activated(engine, instance)
        process = instance.process
        if instance.triggers:
            trigger = instance.triggers.pop()
            events.write_triggered(engine, process.definition, process.key, process.definition.key, trigger)
            events.start_event_instance(engine, instance, trigger.element_id, trigger, instance)
            return
        start_id = instance.element.none_start_id
        assert start_id is not None, "creation demands a start event without an event"
        engine.follow_up("activate", process.key, -1, start_id, instance.key)

    def complete(self, engine: Engine, instance: ElementInstance) -> None:
        close(engine, instance)
        compensation.delete_all(engine, instance.process)
        completed(engine, instance)
        process_result.process_completed(engine, instance.process)

    def after_terminated(self, engine: Engine, instance: ElementInstance) -> None:
        process_result.process_terminated(engine, instance.process)
