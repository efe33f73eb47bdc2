"""Signals: broadcast to everyone who waits for them, instances and processes alike."""

from engine.processing import batch_size, events, instantiation
from engine.processing.commands import DEFAULT_TENANT, BroadcastSignal, SignalBroadcast
from engine.processing.engine import Engine
from engine.processing.entities import Kind, SignalSubscription
from engine.processing.instances import Definition, ElementInstance
from engine.processing.records import quote, quote_tenant, to_json
from engine.processing.rows import signal_lookup


def subscribe(engine: Engine, instance: ElementInstance, element_id: str, name: str) -> None:
    """An element instance waits for a signal; where it has waited for the same one already, the last event alone gets it."""
    process = instance.process
    lookup = signal_lookup(name, process.definition.tenant_id)
    for earlier in [entry for entry in instance.waits.values() if isinstance(entry, SignalSubscription)]:
        if earlier.signal_name == name:
            engine.state.remove(earlier)
            engine.state.index.remove(lookup, earlier.key)
    definition = process.definition
    subscription = SignalSubscription(
        engine.next_key(), process.key, instance.key, element_id, name, definition.key, definition.tenant_id
    )
    engine.state.add(subscription, process)
    engine.state.index.add(lookup, subscription.key)
    _write(engine, "CREATED", definition, subscription)


def subscribe_start(engine: Engine, definition: Definition, element_id: str, name: str) -> None:
    """The latest version of a process waits for a signal that starts it."""
    subscription = SignalSubscription(
        engine.next_key(), -Kind.SIGNAL_SUBSCRIPTION, -1, element_id, name, definition.key, definition.tenant_id
    )
    engine.state.add(subscription)
    engine.state.index.add(signal_lookup(name, definition.tenant_id), subscription.key)
    _write(engine, "CREATED", definition, subscription)


def unsubscribe(engine: Engine, subscription: SignalSubscription) -> None:
    """Nobody waits for the signal here any more."""
    engine.state.remove(subscription)
    engine.state.index.remove(signal_lookup(subscription.signal_name, subscription.tenant_id), subscription.key)
    _write(engine, "DELETED", engine.catalog.process(subscription.definition_key), subscription)


def broadcast(engine: Engine, command: BroadcastSignal) -> SignalBroadcast:
    """Handle the command to broadcast a signal."""
    text = to_json(command.variables)
    waiting = len(engine.state.index.keys(signal_lookup(command.name, command.tenant_id)))
    # Its own record, and one for each element instance and process that waits for it.
    batch_size.check(command.variables, text, 1 + waiting)
    return SignalBroadcast(send(engine, command.name, text, command.tenant_id), command.tenant_id)


def broadcast_thrown(engine: Engine, name: str, variables: str, tenant_id: str = DEFAULT_TENANT) -> None:
    """Handle the command of an event that throws a signal."""
    send(engine, name, variables, tenant_id)


def send(engine: Engine, name: str, variables: str, tenant_id: str) -> int:
    """Let a signal happen to all of a tenant that wait for it now; its key."""
    key = engine.next_key()
    engine.log.append(
        "SIGNAL",
        "BROADCASTED",
        key,
        f'{{"signalName":{quote(name)},"variables":{variables},"tenantId":{quote_tenant(tenant_id)}}}',
    )
    keys = engine.state.index.keys(signal_lookup(name, tenant_id))
    found = [_find(engine, subscription_key) for subscription_key in keys]
    for subscription in sorted(filter(None, found), key=_subscriber_key):
        instance = engine.state.element(subscription.element_instance_key)
        if instance is not None:
            # The same signal may have interrupted the scope around it.
            if events.can_occur(instance, subscription.element_id):
                events.occur(engine, instance, subscription.element_id, variables)
        elif subscription.element_instance_key < 0:
            definition = engine.catalog.process(subscription.definition_key)
            instantiation.start_by_event(engine, definition, subscription.element_id, variables)
    return key


def _find(engine: Engine, subscription_key: int) -> SignalSubscription | None:
    process = engine.state.owner(subscription_key)
    if process is not None:
        return process.signal_subscriptions.get(subscription_key)
    subscription = engine.state.single(subscription_key)
    return subscription if isinstance(subscription, SignalSubscription) else None


def _subscriber_key(subscription: SignalSubscription) -> int:
    """Who waits: an element instance or a process. The oldest of them comes first, whenever it began to wait."""
    return subscription.definition_key if subscription.element_instance_key < 0 else subscription.element_instance_key


def _write(engine: Engine, intent: str, definition: Definition, subscription: SignalSubscription) -> None:
    engine.log.append(
        "SIGNAL_SUBSCRIPTION",
        intent,
        subscription.key,
        f'{{"catchEventId":{quote(subscription.element_id)},"catchEventInstanceKey":{subscription.element_instance_key},'
        f'"signalName":{quote(subscription.signal_name)},"processDefinitionKey":{definition.key},'
        f'"bpmnProcessId":{definition.quoted_id},"tenantId":{definition.quoted_tenant}}}',
    )
