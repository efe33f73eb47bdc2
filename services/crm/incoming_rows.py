"""Taking a customer's words in, within a transaction of the caller: an answer to an open ticket, or a ticket of their own."""

from dataclasses import replace

from sqlalchemy import Connection, RowMapping, select

from services.crm.correspondence import MAIL, IncomingMessage, MessageKind, MessageReceipt, required_text
from services.crm.message_rows import add_attachments, add_message, insert_once
from services.crm.sql_desk import find_ticket, ticket_id_of, utc_now
from services.crm.tables import ticket_messages, tickets
from services.crm.tickets import MAXIMUM_SUBJECT, TicketStatus, TicketUnknown, customer_key

WITHOUT_TEXT = "–"


def take_in(connection: Connection, tenant_id: str, message: IncomingMessage) -> MessageReceipt:
    """Each (source, external id) once, whether as a ticket or as an answer."""
    known = _known(connection, tenant_id, message)
    if known is not None:
        return known
    readable = replace(message, text=required_text(message.text.strip() or message.subject or WITHOUT_TEXT))
    about = _ticket_about(connection, tenant_id, readable)
    if about is not None and about["status"] != TicketStatus.CLOSED:
        return _answer(connection, about, readable)
    return _open(connection, tenant_id, readable, about)


def _known(connection: Connection, tenant_id: str, message: IncomingMessage) -> MessageReceipt | None:
    for table, number in ((tickets, tickets.c.number), (ticket_messages, ticket_messages.c.ticket_number)):
        columns = table.c
        query = select(number).where(
            columns.tenant_id == tenant_id, columns.source == message.source, columns.external_id == message.external_id
        )
        found = connection.execute(query).scalar()
        if found is not None:
            return MessageReceipt(ticket_id_of(found), opened=table is tickets, is_new=False)
    return None


def _ticket_about(connection: Connection, tenant_id: str, message: IncomingMessage) -> RowMapping | None:
    """The ticket a message answers; of one that was followed, the newest that follows."""
    number = None
    if message.ticket_id is not None:
        try:
            number = find_ticket(connection, tenant_id, message.ticket_id)["number"]
        except TicketUnknown:
            number = None
    if number is None and message.thread:
        number = _by_thread(connection, tenant_id, message.thread)
    if number is None:
        return None
    ticket = find_ticket(connection, tenant_id, ticket_id_of(number))
    for _step in range(100):
        later = select(tickets).where(tickets.c.follows_number == ticket["number"], tickets.c.tenant_id == tenant_id)
        follower = connection.execute(later.order_by(tickets.c.number.desc())).mappings().first()
        if ticket["status"] != TicketStatus.CLOSED or follower is None:
            break
        ticket = follower
    return ticket


def _by_thread(connection: Connection, tenant_id: str, thread: tuple[str, ...]) -> int | None:
    messages, own = ticket_messages.c, tickets.c
    by_message = select(messages.message_id, messages.ticket_number).where(
        messages.tenant_id == tenant_id, messages.message_id.in_(thread)
    )
    by_ticket = select(own.external_id, own.number).where(
        own.tenant_id == tenant_id, own.source == MAIL, own.external_id.in_(thread)
    )
    found: dict[str, int] = {}
    for query in (by_message, by_ticket):
        found.update({str(message_id): int(number) for message_id, number in connection.execute(query)})
    return next((found[message_id] for message_id in thread if message_id in found), None)


def _answer(connection: Connection, ticket: RowMapping, message: IncomingMessage) -> MessageReceipt:
    is_new = add_message(
        connection,
        ticket,
        MessageKind.CUSTOMER,
        message.source,
        message.external_id,
        text=message.text,
        author=(message.author_name, message.author_email),
        message_id=message.message_id,
        attachments=message.attachments,
    )
    return MessageReceipt(ticket_id_of(ticket["number"]), opened=False, is_new=is_new)


def _open(connection: Connection, tenant_id: str, message: IncomingMessage, before: RowMapping | None) -> MessageReceipt:
    row = {
        "tenant_id": tenant_id,
        "source": message.source,
        "external_id": message.external_id,
        "subject": message.subject[:MAXIMUM_SUBJECT],
        "text": message.text,
        "customer_name": message.author_name[:200],
        "customer_email": message.author_email[:320],
        "customer_key": customer_key(message.author_email)[:320],
        "status": TicketStatus.NEW,
        "created_at": utc_now(),
        "follows_number": None if before is None else before["number"],
    }
    is_new = insert_once(connection, tickets, row) is not None
    found = select(tickets).where(
        tickets.c.tenant_id == tenant_id, tickets.c.source == message.source, tickets.c.external_id == message.external_id
    )
    ticket = connection.execute(found).mappings().one()
    if is_new:
        add_attachments(connection, ticket["number"], None, message.attachments)
        if message.acknowledge and ticket["customer_key"]:
            add_message(connection, ticket, MessageKind.RECEIPT, "desk", f"receipt:{ticket['number']}", text="")
    follows = None if before is None else ticket_id_of(before["number"])
    return MessageReceipt(ticket_id_of(ticket["number"]), opened=True, is_new=is_new, follows=follows)
