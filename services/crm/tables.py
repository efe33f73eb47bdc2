"""The built-in CRM's tables. Moments are UTC without a zone. What words are found by is made beside them: `search_tables`."""

from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

from services.crm import search_tables

metadata = MetaData()

tickets = Table(
    "ticket",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("tenant_id", String(100), nullable=False),
    Column("source", String(100), nullable=False),
    Column("external_id", String(200), nullable=False),
    Column("subject", String(500), nullable=False),
    Column("text", Text, nullable=False),
    Column("customer_name", String(200), nullable=False),
    Column("customer_email", String(320), nullable=False),
    Column("status", String(20), nullable=False),
    Column("category", String(100)),
    Column("priority", String(20)),
    Column("team", String(100)),
    Column("outcome", String(100)),
    Column("created_at", DateTime, nullable=False),
    Column("announced_at", DateTime),
    Column("closed_at", DateTime),
    # The customer's address, the same for every spelling; empty where none is known.
    Column("customer_key", String(320), nullable=False, server_default=""),
    # The closed ticket whose customer wrote again.
    Column("follows_number", Integer),
    Column("replied_at", DateTime),
    Column("rating", SmallInteger),
    Column("rating_comment", Text),
    Column("rated_at", DateTime),
    # Where the ticket was taken in, by the W3C trace context; none while tracing is off.
    Column("traceparent", String(64)),
    UniqueConstraint("tenant_id", "source", "external_id", name="ticket_once"),
)
Index("ticket_unannounced", tickets.c.announced_at, tickets.c.number)
# Each list and filter of the tickets page reads one of these from its newest end.
for _name, _columns in {
    "ticket_by_number": (),
    "ticket_by_status": ("status",),
    "ticket_by_team": ("team", "status"),
    "ticket_by_category": ("category", "status"),
    "ticket_by_priority": ("priority", "status"),
    "ticket_by_source": ("source",),
    "ticket_by_customer": ("customer_key",),
}.items():
    Index(_name, tickets.c.tenant_id, *(tickets.c[column] for column in _columns), tickets.c.number)

Index("ticket_follow_up", tickets.c.follows_number)
# Open tickets are few among all that ever were: these stay small however many are closed. A query must say IS_OPEN literally.
IS_OPEN = text("status <> 'closed'")
for _name, _columns in {"ticket_open": (), "ticket_open_of_team": ("team",)}.items():
    Index(
        _name,
        tickets.c.tenant_id,
        *(tickets.c[column] for column in _columns),
        tickets.c.number,
        sqlite_where=IS_OPEN,
        postgresql_where=IS_OPEN,
    )

for _dialect, _statements in (("sqlite", search_tables.ON_SQLITE), ("postgresql", search_tables.ON_POSTGRESQL)):
    for _statement in _statements:
        event.listen(tickets, "after_create", DDL(_statement.replace("%", "%%")).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]

ticket_notes = Table(
    "ticket_note",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("ticket_number", ForeignKey("ticket.number", ondelete="CASCADE"), nullable=False),
    Column("request_id", String(200), nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", DateTime, nullable=False),
    UniqueConstraint("ticket_number", "request_id", name="ticket_note_once"),
)

# What was written about a ticket after it came in: by its customer, by staff, or by the desk itself.
ticket_messages = Table(
    "ticket_message",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("tenant_id", String(100), nullable=False),
    Column("ticket_number", ForeignKey("ticket.number", ondelete="CASCADE"), nullable=False),
    # customer, reply, note, receipt
    Column("kind", String(20), nullable=False),
    # Where it came from and its id there: the same pair is taken in once.
    Column("source", String(100), nullable=False),
    Column("external_id", String(200), nullable=False),
    # Of the mail that it is, or became.
    Column("message_id", String(200)),
    Column("author_name", String(200), nullable=False),
    Column("author_email", String(320), nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", DateTime, nullable=False),
    # A customer's answer is announced to the process, a reply handed to the mail room; each once.
    Column("announced_at", DateTime),
    Column("handed_at", DateTime),
    UniqueConstraint("tenant_id", "source", "external_id", name="ticket_message_once"),
)
Index("ticket_message_of", ticket_messages.c.ticket_number, ticket_messages.c.number)
Index("ticket_message_by_message_id", ticket_messages.c.tenant_id, ticket_messages.c.message_id)
Index("ticket_message_unannounced", ticket_messages.c.kind, ticket_messages.c.announced_at)
Index("ticket_message_unhanded", ticket_messages.c.kind, ticket_messages.c.handed_at)

ticket_attachments = Table(
    "ticket_attachment",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("ticket_number", ForeignKey("ticket.number", ondelete="CASCADE"), nullable=False),
    # Empty for what came with the ticket itself.
    Column("message_number", ForeignKey("ticket_message.number", ondelete="CASCADE")),
    Column("name", String(200), nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
)
Index("ticket_attachment_of", ticket_attachments.c.ticket_number)
Index("ticket_attachment_by_content", ticket_attachments.c.sha256)

# Who filled a field of a customer, a deal or a ticket last: a person, an import or a program. UTC milliseconds.
field_origins = Table(
    "crm_own_origin",
    metadata,
    Column("tenant_id", String(255), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("field", String(40), primary_key=True),
    Column("origin", String(20), nullable=False),
    Column("changed_by", String(200), nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)
