"""Messages: published once, given to every process that waits for them, kept while their time to live lasts.

Source: Zeebe 8.5 documentation, "Messages".
"""

from engine.processing import batch_size, message_buffer, message_start, message_subscription
from engine.processing.commands import CommandRejected, MessagePublished, PublishMessage, RejectionType
from engine.processing.engine import Engine
from engine.processing.entities import Message
from engine.processing.long_sums import later
from engine.processing.records import to_json
from engine.processing.rows import message_id_lookup
from engine.processing.waiting_for_message import waiting


def publish(engine: Engine, command: PublishMessage) -> MessagePublished:
    """Handle the command to publish a message."""
    id_lookup = message_id_lookup(command.name, command.correlation_key, command.message_id, command.tenant_id)
    if command.message_id and engine.state.index.keys(id_lookup):
        raise CommandRejected(
            RejectionType.ALREADY_EXISTS,
            f"Expected to publish a new message with id '{command.message_id}', "
            "but a message with that id was already published",
        )
    text = to_json(command.variables)
    batch_size.check(command.variables, text, _records(engine, command))
    message = Message(
        engine.next_key(),
        command.name,
        command.correlation_key,
        command.time_to_live,
        later(engine.now, command.time_to_live),
        command.message_id,
        text,
        tenant_id=command.tenant_id,
    )
    message_buffer.write(engine, "PUBLISHED", message)
    if command.time_to_live > 0:
        message_buffer.keep(engine, message, id_lookup)
    _correlate(engine, message)
    message_start.correlate(engine, message)
    if command.time_to_live <= 0:
        message_buffer.write(engine, "EXPIRED", message)
    return MessagePublished(message.key, message.tenant_id)


def _records(engine: Engine, command: PublishMessage) -> int:
    """How many records will repeat the message's variables: its own, and two for each process that it reaches or starts."""
    found = waiting(engine, command.name, command.correlation_key, command.tenant_id)
    receivers = {process.definition.bpmn_process_id for process, _ in found}
    receivers |= message_start.startable(engine, command.name, command.correlation_key, command.tenant_id)
    return 1 + (command.time_to_live <= 0) + 2 * len(receivers)


def _correlate(engine: Engine, message: Message) -> None:
    """Give a message to one waiting instance of each process."""
    for process, subscription in waiting(engine, message.name, message.correlation_key, message.tenant_id):
        if process.definition.bpmn_process_id not in message.correlated:
            message_subscription.begin_correlation(engine, process, subscription, message)
