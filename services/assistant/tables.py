"""The table of drafts. Moments are milliseconds since 1970 (UTC)."""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

metadata = MetaData()

drafts = Table(
    "assistant_draft",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("tenant_id", String(255), nullable=False),
    # The job's key: a job that is done twice leaves one draft.
    Column("request_id", String(64), nullable=False),
    Column("ticket_id", String(64), nullable=False),
    Column("category", String(100), nullable=False),
    Column("language", String(8), nullable=False),
    Column("text", Text, nullable=False),
    # JSON.
    Column("citations", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("model", String(200), nullable=False),
    Column("prompt", String(100), nullable=False),
    Column("prompt_version", Integer, nullable=False),
    Column("call_id", String(64), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_by", String(64), nullable=False),
    Column("likeness", Float),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("tenant_id", "request_id", name="assistant_draft_once"),
    Index("assistant_draft_by_time", "tenant_id", "created_at"),
    Index("assistant_draft_by_verdict", "tenant_id", "verdict", "number"),
)
