"""Correspondence, attachments, ratings and search of tickets; the mail room; sign-in of customers."""

import sqlalchemy as sa
from alembic import op

revision = "0009_mail"
down_revision = "0013_directories"
branch_labels = None
depends_on = None

TICKET_COLUMNS = {
    "customer_key": (sa.String(320), {"nullable": False, "server_default": ""}),
    "follows_number": (sa.Integer, {}),
    "replied_at": (sa.DateTime, {}),
    "rating": (sa.SmallInteger, {}),
    "rating_comment": (sa.Text, {}),
    "rated_at": (sa.DateTime, {}),
}
TICKET_INDEXES = {
    "ticket_by_number": ["tenant_id", "number"],
    "ticket_by_status": ["tenant_id", "status", "number"],
    "ticket_by_team": ["tenant_id", "team", "status", "number"],
    "ticket_by_category": ["tenant_id", "category", "status", "number"],
    "ticket_by_priority": ["tenant_id", "priority", "status", "number"],
    "ticket_by_source": ["tenant_id", "source", "number"],
    "ticket_by_customer": ["tenant_id", "customer_key", "number"],
    "ticket_follow_up": ["follows_number"],
}
OPEN_INDEXES = {"ticket_open": ["tenant_id", "number"], "ticket_open_of_team": ["tenant_id", "team", "number"]}

SEARCH_ON_SQLITE = (
    "CREATE VIRTUAL TABLE ticket_search USING fts5("
    "subject, text, customer_name, customer_key, content='ticket', content_rowid='number', tokenize='unicode61')",
    "CREATE TRIGGER ticket_search_insert AFTER INSERT ON ticket BEGIN "
    "INSERT INTO ticket_search(rowid, subject, text, customer_name, customer_key) "
    "VALUES (new.number, new.subject, new.text, new.customer_name, new.customer_key); END",
    "CREATE TRIGGER ticket_search_delete AFTER DELETE ON ticket BEGIN "
    "INSERT INTO ticket_search(ticket_search, rowid, subject, text, customer_name, customer_key) "
    "VALUES ('delete', old.number, old.subject, old.text, old.customer_name, old.customer_key); END",
    "CREATE TRIGGER ticket_search_update AFTER UPDATE OF subject, text, customer_name, customer_key ON ticket BEGIN "
    "INSERT INTO ticket_search(ticket_search, rowid, subject, text, customer_name, customer_key) "
    "VALUES ('delete', old.number, old.subject, old.text, old.customer_name, old.customer_key); "
    "INSERT INTO ticket_search(rowid, subject, text, customer_name, customer_key) "
    "VALUES (new.number, new.subject, new.text, new.customer_name, new.customer_key); END",
)
SEARCH_ON_POSTGRESQL = (
    "CREATE INDEX ticket_search ON ticket USING gin ("
    "to_tsvector('simple'::regconfig, subject || ' ' || text || ' ' || customer_name || ' ' || customer_key))"
)


def upgrade() -> None:
    for name, (kind, options) in TICKET_COLUMNS.items():
        op.add_column("ticket", sa.Column(name, kind, **options))
    op.execute("UPDATE ticket SET customer_key = lower(trim(customer_email))")
    for name, columns in TICKET_INDEXES.items():
        op.create_index(name, "ticket", columns)
    is_open = sa.text("status <> 'closed'")
    for name, columns in OPEN_INDEXES.items():
        op.create_index(name, "ticket", columns, sqlite_where=is_open, postgresql_where=is_open)
    _correspondence()
    _mail_room()
    _portal()
    if op.get_bind().dialect.name == "sqlite":
        for statement in SEARCH_ON_SQLITE:
            op.execute(statement)
        op.execute("INSERT INTO ticket_search(ticket_search) VALUES ('rebuild')")
    else:
        op.execute(SEARCH_ON_POSTGRESQL)


def _correspondence() -> None:
    op.create_table(
        "ticket_message",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("tenant_id", sa.String(100), nullable=False),
        sa.Column("ticket_number", sa.Integer(), sa.ForeignKey("ticket.number", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("message_id", sa.String(200)),
        sa.Column("author_name", sa.String(200), nullable=False),
        sa.Column("author_email", sa.String(320), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("announced_at", sa.DateTime()),
        sa.Column("handed_at", sa.DateTime()),
        sa.UniqueConstraint("tenant_id", "source", "external_id", name="ticket_message_once"),
    )
    op.create_index("ticket_message_of", "ticket_message", ["ticket_number", "number"])
    op.create_index("ticket_message_by_message_id", "ticket_message", ["tenant_id", "message_id"])
    op.create_index("ticket_message_unannounced", "ticket_message", ["kind", "announced_at"])
    op.create_index("ticket_message_unhanded", "ticket_message", ["kind", "handed_at"])
    op.create_table(
        "ticket_attachment",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("ticket_number", sa.Integer(), sa.ForeignKey("ticket.number", ondelete="CASCADE"), nullable=False),
        sa.Column("message_number", sa.Integer(), sa.ForeignKey("ticket_message.number", ondelete="CASCADE")),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
    )
    op.create_index("ticket_attachment_of", "ticket_attachment", ["ticket_number"])
    op.create_index("ticket_attachment_by_content", "ticket_attachment", ["sha256"])


def _mail_room() -> None:
    op.create_table(
        "mail_received",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("tenant_id", sa.String(100), nullable=False),
        sa.Column("identity", sa.String(200), nullable=False),
        sa.Column("sender_key", sa.String(320), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("ticket_id", sa.String(40), nullable=False),
        sa.Column("detail", sa.String(500), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.UniqueConstraint("tenant_id", "identity", name="mail_received_once"),
    )
    op.create_index("mail_received_by_sender", "mail_received", ["tenant_id", "sender_key", "received_at"])
    op.create_index("mail_received_by_verdict", "mail_received", ["tenant_id", "verdict", "number"])
    op.create_table(
        "mail_outgoing",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("tenant_id", sa.String(100), nullable=False),
        sa.Column("request_id", sa.String(200), nullable=False),
        sa.Column("subject_id", sa.String(100), nullable=False),
        sa.Column("recipient", sa.String(320), nullable=False),
        sa.Column("message_id", sa.String(200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("is_secret", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime()),
        sa.Column("held_until", sa.DateTime()),
        sa.Column("problem", sa.String(500), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("sent_at", sa.DateTime()),
        sa.UniqueConstraint("tenant_id", "request_id", name="mail_outgoing_once"),
    )
    op.create_index("mail_outgoing_due", "mail_outgoing", ["state", "next_attempt_at"])
    op.create_index("mail_outgoing_by_message_id", "mail_outgoing", ["tenant_id", "message_id"])
    op.create_index("mail_outgoing_by_subject", "mail_outgoing", ["tenant_id", "subject_id"])
    op.create_table(
        "mail_mailbox",
        sa.Column("tenant_id", sa.String(100), primary_key=True),
        sa.Column("mailbox", sa.String(300), primary_key=True),
        sa.Column("uid_validity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("looked_at", sa.DateTime(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
    )


def _portal() -> None:
    op.create_table(
        "portal_link",
        sa.Column("link_hash", sa.String(64), primary_key=True),
        sa.Column("tenant_id", sa.String(100), nullable=False),
        sa.Column("customer_key", sa.String(320), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime()),
    )
    op.create_index("portal_link_by_customer", "portal_link", ["tenant_id", "customer_key", "created_at"])
    op.create_index("portal_link_by_address", "portal_link", ["address", "created_at"])
    op.create_table(
        "portal_session",
        sa.Column("session_hash", sa.String(64), primary_key=True),
        sa.Column("tenant_id", sa.String(100), nullable=False),
        sa.Column("customer_key", sa.String(320), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
    )
    op.create_index("portal_session_by_expiry", "portal_session", ["expires_at"])


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for kind in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER ticket_search_{kind}")
        op.execute("DROP TABLE ticket_search")
    else:
        op.execute("DROP INDEX ticket_search")
    for table in (
        "portal_session",
        "portal_link",
        "mail_mailbox",
        "mail_outgoing",
        "mail_received",
        "ticket_attachment",
        "ticket_message",
    ):
        op.drop_table(table)
    for name in (*TICKET_INDEXES, *OPEN_INDEXES):
        op.drop_index(name, "ticket")
    for name in TICKET_COLUMNS:
        op.drop_column("ticket", name)
