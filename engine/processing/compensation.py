"""Compensation subscriptions: a completed activity that can be undone, until its scope has ended.

Source: Zeebe 8.5 documentation, "Compensation events"; that handlers run together, in the order their activities completed, was
observed.
"""

from engine.bpmn.model import ElementType
from engine.processing.engine import Engine
from engine.processing.entities import CompensationSubscription
from engine.processing.instances import ElementInstance, ProcessInstance
from engine.processing.records import quote


def subscribe(engine: Engine, instance: ElementInstance) -> None:
    """An activity is about to be done: it can be undone if it has a handler, or if something inside it can."""
    process, scope, handler_id = instance.process, instance.scope, instance.element.compensation_handler_id
    if scope is not None and scope.is_body:
        # One turn of a multi-instance: what undoes the activity undoes all of them.
        handler_id = None
    if instance.element.type == ElementType.EVENT_SUB_PROCESS:
        return
    if scope is None or (handler_id is None and not _inside(process, instance.key)):
        return
    subscription = CompensationSubscription(
        engine.next_key(), process.key, scope.key, instance.element.id, instance.key, handler_id or ""
    )
    engine.state.add(subscription, process)
    _write(engine, "CREATED", process, subscription)


def _inside(process: ProcessInstance, scope_key: int) -> list[CompensationSubscription]:
    """What has not been undone yet in a scope, oldest first."""
    if not process.compensations:
        return []
    return [entry for _, entry in sorted(process.compensations.items()) if entry.scope_key == scope_key]


def open_ones(process: ProcessInstance, scope_key: int, activity_id: str | None = None) -> list[CompensationSubscription]:
    """The activities of a scope that nobody is undoing yet, oldest first; all of them, or the runs of one."""
    return [
        entry for entry in _inside(process, scope_key) if not entry.throw_event_id and activity_id in {None, entry.activity_id}
    ]


def trigger(engine: Engine, thrower: ElementInstance, subscription: CompensationSubscription, handler_key: int) -> None:
    """The handler of an activity is about to run."""
    subscription.throw_event_id = thrower.element.id
    subscription.throw_event_key = thrower.key
    subscription.handler_key = handler_key
    engine.state.update(subscription)
    _write(engine, "TRIGGERED", thrower.process, subscription)


def handler_completed(engine: Engine, handler: ElementInstance) -> ElementInstance | None:
    """A handler is done; the event that asked for it, when it was the last."""
    process = handler.process
    done = next((entry for entry in process.compensations.values() if entry.handler_key == handler.key), None)
    if done is None:
        return None
    thrower_key = done.throw_event_key
    while done is not None:
        _write(engine, "COMPLETED", process, done)
        engine.state.remove(done)
        done = _emptied(process, done.scope_key)
    if any(entry.throw_event_key == thrower_key for entry in process.compensations.values()):
        return None
    return process.elements.get(thrower_key)


def _emptied(process: ProcessInstance, activity_key: int) -> CompensationSubscription | None:
    """A subprocess without a handler is undone with the last activity inside it."""
    if _inside(process, activity_key):
        return None
    around = (entry for entry in process.compensations.values() if entry.activity_key == activity_key)
    return next((entry for entry in around if entry.throw_event_id and not entry.handler_id), None)


def delete_all(engine: Engine, process: ProcessInstance) -> None:
    """A process instance ends: nothing in it can be undone any more."""
    for _, entry in sorted(process.compensations.items()):
        _delete(engine, process, entry)


def forget_all(engine: Engine, process: ProcessInstance) -> None:
    """A process instance has been ended by hand: nothing in it can be undone any more, and nothing is said of it."""
    for entry in list(process.compensations.values()):
        engine.state.remove(entry)


def delete_inside(engine: Engine, process: ProcessInstance, scope_key: int) -> None:
    """A scope ends: what was done in it, and in the scopes that were done inside it, cannot be undone any more."""
    for entry in _inside(process, scope_key):
        _delete(engine, process, entry)
        delete_inside(engine, process, entry.activity_key)


def _delete(engine: Engine, process: ProcessInstance, entry: CompensationSubscription) -> None:
    _write(engine, "DELETED", process, entry)
    engine.state.remove(entry)


def _write(engine: Engine, intent: str, process: ProcessInstance, entry: CompensationSubscription) -> None:
    engine.log.append(
        "COMPENSATION_SUBSCRIPTION",
        intent,
        entry.key,
        f'{{"compensableActivityId":{quote(entry.activity_id)},"throwEventId":{quote(entry.throw_event_id)},'
        f'"throwEventInstanceKey":{entry.throw_event_key},"compensationHandlerId":{quote(entry.handler_id)},'
        f'"compensationHandlerInstanceKey":{entry.handler_key},"compensableActivityScopeKey":{entry.scope_key},'
        f'"compensableActivityInstanceKey":{entry.activity_key},"processDefinitionKey":{process.definition.key},'
        f'"processInstanceKey":{process.key},"tenantId":{process.definition.quoted_tenant},"variables":{entry.variables}}}',
    )
