"""Processes that a message starts: one live instance per process and correlation key; the next message waits its turn."""

from engine.processing import instantiation
from engine.processing.engine import Engine
from engine.processing.entities import CorrelationLock, Message, StartSubscription
from engine.processing.instances import Definition, ProcessInstance
from engine.processing.records import quote, quote_tenant
from engine.processing.rows import lock_lookup, message_lookup


def subscribe(engine: Engine, definition: Definition, element_id: str, message_name: str) -> None:
    """The latest version of a process waits for its message."""
    subscription = StartSubscription(
        engine.next_key(), definition.key, definition.bpmn_process_id, element_id, message_name, definition.tenant_id
    )
    engine.catalog.start_subscriptions[subscription.key] = subscription
    engine.state.add(subscription)
    _write(engine, "CREATED", subscription, _value(subscription))


def unsubscribe(engine: Engine, definition_key: int) -> None:
    """A process version is no longer the latest: messages do not start it any more."""
    starts = engine.catalog.start_subscriptions
    closed = [entry for entry in starts.values() if entry.definition_key == definition_key]
    for subscription in sorted(closed, key=lambda entry: by_name(entry.message_name)):
        del starts[subscription.key]
        engine.state.remove(subscription)
        _write(engine, "DELETED", subscription, _value(subscription))


def by_name(name: str) -> tuple[int, bytes]:
    """The order in which Zeebe keeps what has a name: short ones first."""
    encoded = name.encode()
    return len(encoded), encoded


def correlate(engine: Engine, message: Message) -> None:
    """Start each process that waits for a message and may have a new instance now."""
    for subscription in list(engine.catalog.start_subscriptions.values()):
        if subscription.message_name == message.name and subscription.tenant_id == message.tenant_id:
            _start(engine, subscription, message)


def startable(engine: Engine, name: str, correlation_key: str, tenant_id: str) -> set[str]:
    """The ids of the processes that a message would start."""
    return {
        entry.bpmn_process_id
        for entry in engine.catalog.start_subscriptions.values()
        if entry.message_name == name
        and entry.tenant_id == tenant_id
        and not _is_locked(engine, entry.bpmn_process_id, correlation_key, tenant_id)
    }


def _is_locked(engine: Engine, process_id: str, correlation_key: str, tenant_id: str) -> bool:
    """Whether an instance that a message of this key has started still runs."""
    return bool(correlation_key and engine.state.index.keys(lock_lookup(process_id, correlation_key, tenant_id)))


def _start(engine: Engine, subscription: StartSubscription, message: Message) -> bool:
    process_id = subscription.bpmn_process_id
    if process_id in message.correlated or _is_locked(engine, process_id, message.correlation_key, message.tenant_id):
        return False
    message.correlated.append(process_id)
    if message.time_to_live > 0:
        engine.state.update(message)
    process_key = engine.next_key()
    _write(engine, "CORRELATED", subscription, _value(subscription, message, process_key))
    definition = engine.catalog.process(subscription.definition_key)
    process = instantiation.start_by_event(engine, definition, subscription.element_id, message.variables, process_key)
    if message.correlation_key:
        process.correlation_key = message.correlation_key
        # Found by its lookup alone; the sign sets its key apart from the instance's own row.
        lock = CorrelationLock(
            -process.root.key - (1 << 62), process_id, message.correlation_key, process.key, message.tenant_id
        )
        engine.state.add(lock)
        engine.state.index.add(lock_lookup(process_id, message.correlation_key, message.tenant_id), lock.key)
    return True


def instance_ended(engine: Engine, process: ProcessInstance) -> None:
    """An instance that a message started has ended: the next buffered message may start one."""
    if not process.correlation_key:
        return
    unlock(engine, process)
    process_id, correlation_key = process.definition.bpmn_process_id, process.correlation_key
    tenant_id = process.definition.tenant_id
    starts = [
        entry
        for entry in engine.catalog.start_subscriptions.values()
        if entry.bpmn_process_id == process_id and entry.tenant_id == tenant_id
    ]
    buffered = [
        (key, subscription)
        for subscription in starts
        for key in engine.state.index.keys(message_lookup(subscription.message_name, correlation_key, tenant_id))
    ]
    for key, subscription in sorted(buffered, key=lambda one: one[0]):
        message = engine.state.single(key)
        if isinstance(message, Message) and message.deadline > engine.now and _start(engine, subscription, message):
            return


def unlock(engine: Engine, process: ProcessInstance) -> None:
    """The instance, if a message started it, no longer keeps others of its correlation key from starting one."""
    process_id, correlation_key = process.definition.bpmn_process_id, process.correlation_key
    if correlation_key:
        tenant_id = process.definition.tenant_id
        lock = CorrelationLock(-process.key - (1 << 62), process_id, correlation_key, process.key, tenant_id)
        engine.state.remove(lock)
        engine.state.index.remove(lock_lookup(process_id, correlation_key, tenant_id), lock.key)


def _value(subscription: StartSubscription, message: Message | None = None, process_key: int = -1) -> str:
    message_key, correlation_key, variables = -1, "", "{}"
    if message is not None:
        message_key, correlation_key, variables = message.key, message.correlation_key, message.variables
    return (
        f'{{"startEventId":{quote(subscription.element_id)},"messageKey":{message_key},'
        f'"messageName":{quote(subscription.message_name)},"processDefinitionKey":{subscription.definition_key},'
        f'"processInstanceKey":{process_key},"correlationKey":{quote(correlation_key)},"tenantId":{quote_tenant(subscription.tenant_id)},'
        f'"bpmnProcessId":{quote(subscription.bpmn_process_id)},"variables":{variables}}}'
    )


def _write(engine: Engine, intent: str, subscription: StartSubscription, value: str) -> None:
    engine.log.append("MESSAGE_START_EVENT_SUBSCRIPTION", intent, subscription.key, value)
