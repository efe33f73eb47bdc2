"""Execution listeners: jobs that are done one after the other before an element's own work begins, and after it is done.

What a start listener gives is the element's own; what an end listener gives is the scope's around it. Whatever fails
afterwards, the element begins or completes anew when its incident is resolved, and its listeners with it.

Source: Zeebe 8.5, as observed; it knows them at service tasks alone.
"""

from engine.processing import events, incident, job
from engine.processing.engine import Engine
from engine.processing.entities import State
from engine.processing.errors import StepFailed
from engine.processing.instances import ElementInstance


def hand_out(engine: Engine, instance: ElementInstance, listener: int = 0) -> bool:
    """Create the job of a listener of what the element instance is doing, if there are so many; whether there are."""
    element = instance.element
    definitions = element.end_listeners if instance.state == State.COMPLETING else element.start_listeners
    if listener >= len(definitions):
        return False
    job_type, retries = job.prepare(engine, instance, definitions[listener])
    job.create(engine, instance, job_type, retries, listener=listener)
    # It stays in the state it is in: no transition says that it has changed.
    engine.state.update_element(instance)
    return True


def complete(engine: Engine, process_key: int, key: int, listener: int) -> None:
    """Handle the command to go on after a listener's job: to the next listener, or with the element."""
    process = engine.state.process(process_key)
    instance = None if process is None else process.elements.get(key)
    if instance is None or instance.is_terminating:
        return
    around = instance.scope if instance.state == State.COMPLETING else None
    events.release_into(engine, instance, around or instance)
    try:
        if not hand_out(engine, instance, listener + 1):
            engine.behaviour_of(instance.element).after_listeners(engine, instance)
    except StepFailed as failure:
        incident.create(engine, instance, failure)
