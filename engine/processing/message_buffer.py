"""Published messages while their time to live lasts."""

from engine.processing.engine import Engine
from engine.processing.entities import Message, MessageId, MessageSubscription
from engine.processing.records import quote, quote_tenant
from engine.processing.rows import message_id_lookup, message_lookup


def keep(engine: Engine, message: Message, id_lookup: str) -> None:
    """Buffer a message until its time is over."""
    engine.state.add(message)
    engine.state.index.add(message_lookup(message.name, message.correlation_key, message.tenant_id), message.key)
    engine.state.dues.push(message.deadline, message.key)
    if message.message_id:
        # The key's sign sets it apart from the message's own row.
        engine.state.add(MessageId(-message.key, id_lookup))
        engine.state.index.add(id_lookup, -message.key)


def next_for(engine: Engine, bpmn_process_id: str, subscription: MessageSubscription) -> Message | None:
    """The oldest buffered message that an open subscription has not been given yet."""
    lookup = message_lookup(subscription.message_name, subscription.correlation_key, subscription.tenant_id)
    for key in engine.state.index.keys(lookup):
        message = engine.state.single(key)
        if isinstance(message, Message) and message.deadline > engine.now and bpmn_process_id not in message.correlated:
            return message
    return None


def mark_correlated(engine: Engine, message: Message, bpmn_process_id: str) -> None:
    """A process has been given a message: it will not get it again."""
    message.correlated.append(bpmn_process_id)
    if message.time_to_live > 0:
        engine.state.update(message)


def expire(engine: Engine, message: Message) -> None:
    """A buffered message's time is over."""
    engine.state.remove(message)
    engine.state.index.remove(message_lookup(message.name, message.correlation_key, message.tenant_id), message.key)
    if message.message_id:
        lookup = message_id_lookup(message.name, message.correlation_key, message.message_id, message.tenant_id)
        held = MessageId(-message.key, lookup)
        engine.state.remove(held)
        engine.state.index.remove(held.lookup, held.key)
    engine.log.append(
        "MESSAGE",
        "EXPIRED",
        message.key,
        '{"name":"","timeToLive":-1,"deadline":-1,"tenantId":"<default>","variables":{},"correlationKey":"","messageId":""}',
    )


def write(engine: Engine, intent: str, message: Message) -> None:
    """Write down what happened to a message."""
    engine.log.append(
        "MESSAGE",
        intent,
        message.key,
        f'{{"name":{quote(message.name)},"timeToLive":{message.time_to_live},"deadline":{message.deadline},'
        f'"tenantId":{quote_tenant(message.tenant_id)},"variables":{message.variables},"correlationKey":{quote(message.correlation_key)},'
        f'"messageId":{quote(message.message_id)}}}',
    )
