"""Message subscriptions: an element instance waits for a message with a name and a correlation key.

Zeebe keeps a subscription on two sides, the instance's (PROCESS_MESSAGE_SUBSCRIPTION) and the message's
(MESSAGE_SUBSCRIPTION), which tell each other of every step. Here both are one entity; the steps and their records remain.
"""

from typing import Any

from engine.bpmn.model import Element
from engine.processing import events, message_buffer, message_refusal
from engine.processing.commands import DEFAULT_TENANT
from engine.processing.engine import Engine
from engine.processing.entities import Message, MessageSubscription
from engine.processing.instances import ElementInstance, ProcessInstance
from engine.processing.records import quote
from engine.processing.rows import subscription_lookup


def create(engine: Engine, instance: ElementInstance, event: Element, name: str, correlation_key: str) -> None:
    """The instance's side asks for a subscription."""
    process = instance.process
    subscription = MessageSubscription(
        engine.next_key(),
        process.key,
        instance.key,
        event.id,
        name,
        correlation_key,
        event.is_interrupting,
        tenant_id=process.definition.tenant_id,
    )
    subscription.message_side_key = engine.next_key()
    engine.state.add(subscription, process)
    _write_process_side(engine, "CREATING", process, subscription)
    definition = process.definition
    wanted = (instance.key, name, correlation_key, event.is_interrupting, definition.bpmn_process_id, definition.tenant_id)
    engine.follow_up("open_message_subscription", process.key, subscription.key, subscription.message_side_key, *wanted)


def open_message_side(engine: Engine, process_key: int, key: int, *wanted: Any) -> None:  # noqa: ANN401 - plain values
    """The message's side takes note; a buffered message is correlated at once."""
    found = _find(engine, process_key, key)
    if found is None:
        if wanted:
            message_refusal.open_in_vain(engine, process_key, key, *wanted)
        return
    process, subscription = found
    engine.state.index.add(_lookup(subscription), subscription.key)
    _write_message_side(engine, "CREATED", process, subscription)
    buffered = message_buffer.next_for(engine, process.definition.bpmn_process_id, subscription)
    if buffered is None:
        waiting = (subscription.element_instance_key, subscription.message_name, subscription.tenant_id)
        engine.follow_up("confirm_message_subscription", process_key, key, *waiting)
    else:
        begin_correlation(engine, process, subscription, buffered)


def confirm(
    engine: Engine,
    process_key: int,
    key: int,
    element_instance_key: int = -1,
    message_name: str = "",
    tenant_id: str = DEFAULT_TENANT,
) -> None:
    """The instance's side learns that its subscription is open, and refuses where it wants no message any more."""
    found = _find(engine, process_key, key)
    if found is not None:
        _write_process_side(engine, "CREATED", *found)
    else:
        message_refusal.refuse_creation(engine, process_key, element_instance_key, message_name, tenant_id)


def begin_correlation(engine: Engine, process: ProcessInstance, subscription: MessageSubscription, published: Message) -> None:
    """The message's side has a message for the instance."""
    message_buffer.mark_correlated(engine, published, process.definition.bpmn_process_id)
    subscription.is_correlating = True
    subscription.message_key = published.key
    subscription.variables = published.variables
    engine.state.update(subscription)
    _write_message_side(engine, "CORRELATING", process, subscription)
    waiting = (subscription.element_instance_key, subscription.message_name, subscription.correlation_key)
    asked = (*waiting, published.key, process.definition.bpmn_process_id, process.definition.tenant_id)
    engine.follow_up("correlate_message", process.key, subscription.key, *asked)


def correlate(engine: Engine, process_key: int, key: int, *asked: Any) -> None:  # noqa: ANN401 - plain values of a follow-up
    """The message reaches the instance: its event happens, and an interrupting subscription is used up."""
    found = _find(engine, process_key, key)
    if found is None:
        if asked:
            message_refusal.refuse_correlation(engine, process_key, *asked)
        return
    process, subscription = found
    instance = process.elements[subscription.element_instance_key]
    if asked and not events.can_occur(instance, subscription.element_id):
        _lose_message_side(engine, subscription)
        message_refusal.refuse_correlation(engine, process_key, *asked, is_closing=False)
        return
    _write_process_side(engine, "CORRELATED", process, subscription)
    value = _message_side_value(process, subscription)
    if subscription.is_interrupting:
        _forget(engine, subscription)
    events.occur(engine, instance, subscription.element_id, subscription.variables)
    engine.follow_up("finish_correlation", process_key, key, subscription.message_side_key, value)


def _lose_message_side(engine: Engine, subscription: MessageSubscription) -> None:
    """Something else has happened to who waits: the message's side takes its message elsewhere, and lets go."""
    subscription.message_side_key = subscription.message_key = -1
    subscription.variables = "{}"
    subscription.is_correlating = False
    engine.state.update(subscription)
    engine.state.index.remove(_lookup(subscription), subscription.key)


def finish_correlation(engine: Engine, process_key: int, key: int, message_side_key: int, value: str) -> None:
    """The message's side learns that the message has arrived; if it stays open it may have the next one."""
    engine.log.append("MESSAGE_SUBSCRIPTION", "CORRELATED", message_side_key, value)
    found = _find(engine, process_key, key)
    if found is None:
        return
    process, subscription = found
    subscription.is_correlating = False
    engine.state.update(subscription)
    buffered = message_buffer.next_for(engine, process.definition.bpmn_process_id, subscription)
    if buffered is not None:
        begin_correlation(engine, process, subscription, buffered)


def close(engine: Engine, process: ProcessInstance, subscription: MessageSubscription) -> None:
    """The instance's side wants no message any more; what follows are the two sides' goodbyes."""
    message_side = _message_side_value(process, subscription)
    if subscription.is_correlating:
        # The message is on its way: only its own side knows of it.
        subscription.message_key, subscription.variables = -1, "{}"
    _write_process_side(engine, "DELETING", process, subscription)
    _forget(engine, subscription)
    process_side = _process_side_value(process, subscription)
    engine.follow_up("close_message_subscription", subscription.key, subscription.message_side_key, process_side, message_side)


def close_message_side(engine: Engine, key: int, message_side_key: int, process_value: str, message_value: str) -> None:
    """The message's side lets go, if it has not done so before."""
    if message_side_key < 0:
        message_refusal.refuse_deletion(engine, message_value)
    else:
        engine.log.append("MESSAGE_SUBSCRIPTION", "DELETED", message_side_key, message_value)
    engine.follow_up("confirm_closed_subscription", key, process_value)


def confirm_closed(engine: Engine, key: int, process_value: str) -> None:
    """The instance's side learns that its subscription is gone."""
    engine.log.append("PROCESS_MESSAGE_SUBSCRIPTION", "DELETED", key, process_value)


def _forget(engine: Engine, subscription: MessageSubscription) -> None:
    engine.state.remove(subscription)
    engine.state.index.remove(_lookup(subscription), subscription.key)


def _lookup(subscription: MessageSubscription) -> str:
    return subscription_lookup(subscription.message_name, subscription.correlation_key, subscription.tenant_id)


def _find(engine: Engine, process_key: int, key: int) -> tuple[ProcessInstance, MessageSubscription] | None:
    process = engine.state.process(process_key)
    subscription = None if process is None else process.message_subscriptions.get(key)
    return None if process is None or subscription is None else (process, subscription)


def _message_side_value(process: ProcessInstance, subscription: MessageSubscription) -> str:
    return (
        f'{{"messageKey":{subscription.message_key},"messageName":{quote(subscription.message_name)},'
        f'"interrupting":{str(subscription.is_interrupting).lower()},"processInstanceKey":{process.key},'
        f'"correlationKey":{quote(subscription.correlation_key)},"elementInstanceKey":{subscription.element_instance_key},'
        f'"tenantId":{process.definition.quoted_tenant},"bpmnProcessId":{process.definition.quoted_id},"variables":{subscription.variables}}}'
    )


def _process_side_value(process: ProcessInstance, subscription: MessageSubscription) -> str:
    return f'{{"elementId":{quote(subscription.element_id)},{_message_side_value(process, subscription)[1:]}'


def _write_message_side(engine: Engine, intent: str, process: ProcessInstance, subscription: MessageSubscription) -> None:
    key = subscription.message_side_key
    engine.log.append("MESSAGE_SUBSCRIPTION", intent, key, _message_side_value(process, subscription))


def _write_process_side(engine: Engine, intent: str, process: ProcessInstance, subscription: MessageSubscription) -> None:
    key = subscription.key
    engine.log.append("PROCESS_MESSAGE_SUBSCRIPTION", intent, key, _process_side_value(process, subscription))
