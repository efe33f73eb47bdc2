"""The built-in CRM's tables."""

from sqlalchemy import Column, DateTime, ForeignKey, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

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
    UniqueConstraint("tenant_id", "source", "external_id", name="ticket_once"),
)
Index("ticket_unannounced", tickets.c.announced_at, tickets.c.number)

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
