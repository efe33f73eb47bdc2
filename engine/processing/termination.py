"""Ending an element instance before it is done: cancelled, interrupted by an event, or with the scope around it.

A scope ends its children first, oldest first and breadth first, and is gone when the last of them is.
"""

from itertools import islice

from engine.bpmn.model import ElementType
from engine.processing import compensation, incident, job, subscriptions, user_task_state
from engine.processing.behaviour import Behaviour
from engine.processing.engine import Engine
from engine.processing.entities import State, Trigger
from engine.processing.instances import ElementInstance
from engine.processing.lifecycle import complete_if_finished, request_termination


def terminate(engine: Engine, process_key: int, key: int, value: str = "") -> None:
    """Handle the command to terminate an element instance; one that has gone since is refused, and told by its value."""
    process = engine.state.process(process_key)
    instance = None if process is None else process.elements.get(key)
    if instance is None and value:
        reason = f"Expected element instance with key '{key}' to be present in state but not found."
        engine.log.reject("PROCESS_INSTANCE", "TERMINATE_ELEMENT", key, value, "INVALID_STATE", reason)
    if instance is None or instance.is_terminating:
        return
    engine.transition(instance, State.TERMINATING)
    engine.behaviour_of(instance.element, is_body=instance.is_body).terminate(engine, instance)


def withdraw(engine: Engine, instance: ElementInstance) -> None:
    """Take back what an element instance that is ended by hand has asked for: its job, incidents and subscriptions."""
    _withdraw_work(engine, instance)
    incident.resolve_all(engine, instance)
    subscriptions.close(engine, instance)


def release(engine: Engine, instance: ElementInstance) -> None:
    """Take back what an ending element instance has asked for; what was done inside it cannot be undone any more.

    Its own incident comes after its subscriptions here, that of its job with the job.
    """
    _withdraw_work(engine, instance)
    subscriptions.close(engine, instance)
    incident.resolve_all(engine, instance)
    if instance.scope is None:
        compensation.delete_all(engine, instance.process)
    else:
        compensation.delete_inside(engine, instance.process, instance.key)


def _withdraw_work(engine: Engine, instance: ElementInstance) -> None:
    job_key = instance.job_key
    job.cancel(engine, instance)
    incident.resolve_of_job(engine, instance, job_key)
    user_task_state.cancel(engine, instance)


def terminate_children(engine: Engine, scope: ElementInstance) -> bool:
    """End what runs inside a scope, one child after the other; whether there was anything."""
    if not scope.children:
        return False
    engine.follow_up("terminate_children", scope.process.key, engine.next_key(), scope.key, -1)
    return True


def terminate_next_child(engine: Engine, process_key: int, key: int, scope_key: int, child_key: int) -> None:
    """Handle the command to end a scope's children from one on (-1: the first)."""
    process = engine.state.process(process_key)
    scope = None if process is None else process.elements.get(scope_key)
    # The last of them may have ended the scope already.
    children = {} if scope is None else scope.children
    # What was placed by hand and has not begun is refused when its turn comes.
    begun = (one for one, child in children.items() if one >= child_key and child.state != State.CREATED)
    following = list(islice(begun, 2))
    if following:
        request_termination(engine, children[following[0]])
    if len(following) > 1:
        engine.follow_up("terminate_children", process_key, engine.next_key(), scope_key, following[1])
        return
    engine.log.append(
        "PROCESS_INSTANCE_BATCH",
        "TERMINATED",
        key,
        f'{{"index":{child_key},"batchElementInstanceKey":{scope_key},"processInstanceKey":{process_key},'
        '"tenantId":"<default>"}',
    )


class Terminates(Behaviour):
    """The ending shared by behaviours without children."""

    def terminate(self, engine: Engine, instance: ElementInstance) -> None:
        if instance.element.type == ElementType.INTERMEDIATE_THROW_EVENT:
            _terminate_throwing(engine, instance)
            return
        release(engine, instance)
        terminated(engine, instance)


def _terminate_throwing(engine: Engine, instance: ElementInstance) -> None:
    """A throw event's incidents are closed when it has gone, not before as everywhere else."""
    job.cancel(engine, instance)
    compensation.delete_inside(engine, instance.process, instance.key)
    engine.transition(instance, State.TERMINATED)
    incident.resolve_all(engine, instance)
    gone(engine, instance)


class TerminatesChildren(Behaviour):
    """The ending shared by scopes: first the children, and with the last of them the scope."""

    def terminate(self, engine: Engine, instance: ElementInstance) -> None:
        release(engine, instance)
        if not terminate_children(engine, instance):
            terminated(engine, instance)


def terminated(engine: Engine, instance: ElementInstance) -> None:
    """The element instance has ended before its time; whatever waited for that goes on."""
    engine.transition(instance, State.TERMINATED)
    gone(engine, instance)


def gone(engine: Engine, instance: ElementInstance) -> None:
    """What follows the end of an element instance before its time."""
    engine.state.remove_element(instance)
    behaviour = engine.behaviour_of(instance.element, is_body=instance.is_body)
    behaviour.after_terminated(engine, instance)
    scope = instance.scope
    if scope is None:
        return
    trigger = next((entry for entry in instance.triggers if entry.element_id in instance.element.boundary_event_ids), None)
    if trigger is not None and scope.is_active and not scope.interrupted_by:
        _take_over(engine, instance, trigger)
    else:
        after_child_terminated(engine, scope)


def _take_over(engine: Engine, subscriber: ElementInstance, trigger: Trigger) -> None:
    event = subscriber.process.definition.element(trigger.element_id)
    engine.behaviour_of(event).take_over(engine, subscriber, trigger)


def after_child_terminated(engine: Engine, scope: ElementInstance) -> None:
    """One of a scope's children has ended; perhaps the scope can go on or end now."""
    if scope.children:
        return
    if scope.is_terminating:
        terminated(engine, scope)
        return
    trigger = next((entry for entry in scope.triggers if entry.element_id == scope.interrupted_by), None)
    if trigger is not None:
        _take_over(engine, scope, trigger)
    else:
        complete_if_finished(engine, scope)
