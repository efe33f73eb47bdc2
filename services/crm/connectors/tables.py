"""The tables of connections to other CRMs: who is connected, their sealed credentials, and what was read. UTC milliseconds."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

metadata = MetaData()

connection = Table(
    "crm_connection",
    metadata,
    Column("connection_id", String(32), primary_key=True),
    Column("tenant_id", String(255), nullable=False),
    # How commands, change sets and tickets name it.
    Column("name", String(64), nullable=False),
    Column("system", String(16), nullable=False),
    Column("base_url", Text, nullable=False),
    Column("is_paused", Boolean, nullable=False),
    # In the address where its webhooks come in: SHA-256 of the secret part.
    Column("hook_hash", String(64), nullable=False),
    Column("last_error", String(500), nullable=False),
    # Whether a person has to connect it again.
    Column("is_disconnected", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    # Who synchronises it, and until when they may be believed alive.
    Column("holder", String(32), nullable=False),
    Column("held_until", BigInteger, nullable=False),
    UniqueConstraint("tenant_id", "name", name="crm_connection_name"),
)

credentials = Table(
    "crm_credentials",
    metadata,
    Column("connection_id", ForeignKey("crm_connection.connection_id", ondelete="CASCADE"), primary_key=True),
    Column("sealed", Text, nullable=False),
    # When the access token ends; 0: never.
    Column("expires_at", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    # The one that fetches the next tokens, and until when.
    Column("refresher", String(32), nullable=False),
    Column("refresher_until", BigInteger, nullable=False),
)

# What was read from a connection: each record once.
record = Table(
    "crm_record",
    metadata,
    Column("connection_id", ForeignKey("crm_connection.connection_id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("record_id", String(64), primary_key=True),
    Column("changed_at", BigInteger, nullable=False),
    Column("values", Text, nullable=False),
    # The pass that saw it last; a whole pass that did not see it says that it is gone.
    Column("seen_in", Integer, nullable=False),
    Column("is_gone", Boolean, nullable=False),
    Index("crm_record_there", "connection_id", "kind", "is_gone", "seen_in"),
)

# How far each kind of a connection has been read.
progress = Table(
    "crm_progress",
    metadata,
    Column("connection_id", ForeignKey("crm_connection.connection_id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    # Everything that changed before this has been read.
    Column("read_until", BigInteger),
    # The pass that is under way, or was the last: its number, what it reads since (null: everything), how far it is (null:
    # done), the system's clock when it began, and what it saw.
    Column("pass_number", Integer, nullable=False),
    Column("pass_since", BigInteger),
    Column("cursor", Text),
    Column("pass_as_of", BigInteger),
    Column("pass_seen", Integer, nullable=False),
    Column("pass_changed", Integer, nullable=False),
    Column("pass_started_at", BigInteger),
    Column("completed_at", BigInteger),
    # The count after the last pass, and in how many passes running the counts differed.
    Column("ours", Integer),
    Column("theirs", Integer),
    Column("incomplete_passes", Integer, nullable=False),
    Column("wants_all", Boolean, nullable=False),
)

# Records that a webhook said changed.
hint = Table(
    "crm_hint",
    metadata,
    Column("connection_id", ForeignKey("crm_connection.connection_id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("record_id", String(64), primary_key=True),
    Column("told_at", BigInteger, nullable=False),
)

# The built-in CRM: what a company without another keeps here.
own_record = Table(
    "crm_own_record",
    metadata,
    Column("tenant_id", String(255), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("changed_at", BigInteger, nullable=False),
    Column("values", Text, nullable=False),
    Index("crm_own_record_newest", "tenant_id", "kind", "changed_at", "number"),
)

# Keys of writes that took effect: the same one again changes nothing.
own_write = Table(
    "crm_own_write",
    metadata,
    Column("tenant_id", String(255), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("written_at", BigInteger, nullable=False),
)

own_note = Table(
    "crm_own_note",
    metadata,
    Column("tenant_id", String(255), primary_key=True),
    Column("request_id", String(200), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("crm_own_note_of", "tenant_id", "kind", "number"),
)
