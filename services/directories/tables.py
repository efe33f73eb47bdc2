"""The directories' tables."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, MetaData, String, Table, Text

metadata = MetaData()

entry = Table(
    "directory_entry",
    metadata,
    Column("entry_id", String(64), primary_key=True),
    Column("tenant_id", String(255), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("name", String(200), nullable=False),
    Column("parent_id", String(64), ForeignKey("directory_entry.entry_id")),
    Column("owner", String(200)),
    # A JSON list.
    Column("aliases", Text, nullable=False),
    Column("context", Text),
    Column("merged_into", String(64), ForeignKey("directory_entry.entry_id")),
    Column("created_at", BigInteger, nullable=False),
)
Index("directory_entry_by_parent", entry.c.tenant_id, entry.c.parent_id)

field_origin = Table(
    "directory_field_origin",
    metadata,
    Column("entry_id", String(64), ForeignKey("directory_entry.entry_id", ondelete="CASCADE"), primary_key=True),
    Column("field", String(40), primary_key=True),
    Column("origin", String(20), nullable=False),
    Column("changed_by", String(200), nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)

# Keys of writes that took effect: the same one again changes nothing.
write_key = Table(
    "directory_write_key",
    metadata,
    Column("tenant_id", String(255), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("written_at", BigInteger, nullable=False),
)
