"""The tables of related tickets: buckets of like texts, how far they are filled, and merges. Moments are milliseconds (UTC)."""

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text, text

metadata = MetaData()

# Tickets whose texts are alike share a bucket more likely than not.
buckets = Table(
    "ticket_bucket",
    metadata,
    Column("bucket", BigInteger, primary_key=True, autoincrement=False),
    Column("ticket_number", Integer, primary_key=True, autoincrement=False),
    Column("tenant_id", String(255), nullable=False, server_default="<default>"),
    sqlite_with_rowid=False,
)

bucket_progress = Table(
    "ticket_bucket_progress",
    metadata,
    Column("tenant_id", String(255), primary_key=True),
    # The last ticket that is in its buckets.
    Column("ticket_number", Integer, nullable=False),
)

merges = Table(
    "ticket_merge",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("tenant_id", String(255), nullable=False),
    Column("ticket_id", String(64), nullable=False),
    Column("into_id", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("merged_by", String(200), nullable=False),
    Column("merged_at", BigInteger, nullable=False),
    Column("undone_by", String(200), nullable=False, server_default=""),
    Column("undone_at", BigInteger),
    # When the process knew of the last change: its instance ended, or a new one was started.
    Column("settled_at", BigInteger),
)
_IN_FORCE = text("undone_at IS NULL")
Index(
    "ticket_merge_in_force",
    merges.c.tenant_id,
    merges.c.ticket_id,
    unique=True,
    sqlite_where=_IN_FORCE,
    postgresql_where=_IN_FORCE,
)
Index("ticket_merge_into", merges.c.tenant_id, merges.c.into_id)
Index("ticket_merge_unsettled", merges.c.settled_at)
