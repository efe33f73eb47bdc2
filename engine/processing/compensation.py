"""Compensation subscriptions: a completed activity that can be undone, until its scope has ended.

Source: Zeebe 8.5 documentation, "Compensation events"; that handlers run together, in the order their activities completed, was
observed.
"""

from engine.processing.engine import Engine
from engine.processing.entities import CompensationSubscription
from engine.processing.instances import ElementInstance, ProcessInstance
from engine.processing.records import quote


def subscribe(engine: Engine, instance: ElementInstance) -> None:
    """An activity that can be undone is about to be done."""
    process, scope, handler_id = instance.process, instance.scope, instance.element.compensation_handler_id
    assert scope is not None, "an activity lies in a scope"
    assert handler_id is not None, "only an activity with a handler subscribes"
    subscription = CompensationSubscription(
        engine.next_key(), process.key, scope.key, instance.element.id, instance.key, handler_id
    )
    engine.state.add(subscription, process)
    _write(engine, "CREATED", process, subscription)


def open_ones(scope: ElementInstance, activity_id: str | None) -> list[CompensationSubscription]:
    """The activities of a scope that can be undone, oldest first; all of them, or the runs of one."""
    return [
        entry
        for _, entry in sorted(scope.process.compensations.items())
        if entry.scope_key == scope.key and not entry.throw_event_id and activity_id in {None, entry.activity_id}
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
    subscription = next((entry for entry in process.compensations.values() if entry.handler_key == handler.key), None)
    if subscription is None:
        return None
    _write(engine, "COMPLETED", process, subscription)
    engine.state.remove(subscription)
    if any(entry.throw_event_key == subscription.throw_event_key for entry in process.compensations.values()):
        return None
    return process.elements.get(subscription.throw_event_key)


def delete_all(engine: Engine, scope: ElementInstance, *, inside: bool = False) -> None:
    """A scope ends: nothing in it can be undone any more, nor in the scopes inside if they are meant too."""
    process = scope.process
    for entry in [entry for _, entry in sorted(process.compensations.items()) if inside or entry.scope_key == scope.key]:
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
        f'"processInstanceKey":{process.key},"tenantId":"<default>","variables":{entry.variables}}}',
    )
