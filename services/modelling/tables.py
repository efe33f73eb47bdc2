"""Tables of drafts. Moments are milliseconds since 1970 (UTC)."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

draft = Table(
    "draft",
    metadata,
    Column("draft_id", String(32), primary_key=True),
    Column("tenant_id", String(255), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("name", String(255), nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_by", String(64), nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Index("draft_by_change", "tenant_id", "changed_at"),
)

draft_version = Table(
    "draft_version",
    metadata,
    Column("draft_id", ForeignKey(draft.c.draft_id, ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("content", Text, nullable=False),
    Column("saved_by", String(64), nullable=False),
    Column("saved_at", BigInteger, nullable=False),
)

# The file of each name that was last brought to the engine because it is shipped; SHA-256 of its text.
shipped_model = Table(
    "shipped_model",
    metadata,
    Column("tenant_id", String(255), primary_key=True),
    Column("resource_name", String(255), primary_key=True),
    Column("checksum", String(64), nullable=False),
    Column("brought_at", BigInteger, nullable=False),
)
