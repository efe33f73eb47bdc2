"""The mail room's tables. Moments are UTC without a zone."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

# Each mail that came, and what became of it; its text is not kept here.
received = Table(
    "mail_received",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("tenant_id", String(100), nullable=False),
    Column("identity", String(200), nullable=False),
    Column("sender_key", String(320), nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("ticket_id", String(40), nullable=False),
    Column("detail", String(500), nullable=False),
    # How many mails its sender had sent within the hour, where it was held for that.
    Column("lately", Integer, nullable=False, server_default="0"),
    Column("received_at", DateTime, nullable=False),
    UniqueConstraint("tenant_id", "identity", name="mail_received_once"),
)
Index("mail_received_by_sender", received.c.tenant_id, received.c.sender_key, received.c.received_at)
Index("mail_received_by_verdict", received.c.tenant_id, received.c.verdict, received.c.number)

# Each mail that has to go out, complete as it will be sent: every attempt sends the same bytes.
outgoing = Table(
    "mail_outgoing",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("tenant_id", String(100), nullable=False),
    Column("request_id", String(200), nullable=False),
    # The ticket or whatever else it is about.
    Column("subject_id", String(100), nullable=False),
    Column("recipient", String(320), nullable=False),
    Column("message_id", String(200), nullable=False),
    Column("content", LargeBinary, nullable=False),
    # Whether the content is forgotten once it is sent.
    Column("is_secret", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", DateTime),
    # Until then a sender has it; when that one died, the next takes it.
    Column("held_until", DateTime),
    Column("problem", String(500), nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("sent_at", DateTime),
    UniqueConstraint("tenant_id", "request_id", name="mail_outgoing_once"),
)
Index("mail_outgoing_due", outgoing.c.state, outgoing.c.next_attempt_at)
Index("mail_outgoing_by_message_id", outgoing.c.tenant_id, outgoing.c.message_id)
Index("mail_outgoing_by_subject", outgoing.c.tenant_id, outgoing.c.subject_id)

# How far each IMAP folder has been read.
mailboxes = Table(
    "mail_mailbox",
    metadata,
    Column("tenant_id", String(100), primary_key=True),
    Column("mailbox", String(300), primary_key=True),
    Column("uid_validity", BigInteger, nullable=False),
    Column("last_uid", BigInteger, nullable=False),
    Column("looked_at", DateTime, nullable=False),
    Column("problem", Text, nullable=False),
)
