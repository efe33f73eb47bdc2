"""New process instances, before their process is activated."""

from engine.processing import events
from engine.processing.engine import Engine
from engine.processing.entities import Trigger
from engine.processing.instances import Definition, ElementInstance, ProcessInstance


def create_process(
    engine: Engine, definition: Definition, key: int, parent_process_key: int = -1, parent_element_key: int = -1
) -> ProcessInstance:
    """A new process instance whose process is not activated yet."""
    process = ProcessInstance(key, definition, parent_process_key, parent_element_key)
    process.root = ElementInstance(process, key, definition.model.process, None)
    engine.state.add_process(process)
    engine.state.add_element(process.root)
    return process


def start_by_event(
    engine: Engine, definition: Definition, element_id: str, variables: str, process_key: int = -1
) -> ProcessInstance:
    """The event of a process's start event has happened: a new instance begins there."""
    process = create_process(engine, definition, engine.next_key() if process_key < 0 else process_key)
    trigger = Trigger(engine.next_key(), element_id, variables)
    process.root.triggers.append(trigger)
    events.write_triggering(engine, definition, process.key, definition.key, trigger)
    engine.follow_up("activate", process.key, process.key, definition.bpmn_process_id, -1)
    return process
