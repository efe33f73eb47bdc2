"""The tables of calls to models. Moments are milliseconds since 1970 (UTC); costs are millionths of the currency."""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, String, Table

metadata = MetaData()

calls = Table(
    "llm_call",
    metadata,
    Column("call_id", String(32), primary_key=True),
    Column("tenant_id", String(255), nullable=False),
    Column("task", String(100), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("route", String(16), nullable=False),
    Column("endpoint", String(64), nullable=False),
    Column("model", String(200), nullable=False),
    Column("prompt", String(100), nullable=False),
    Column("prompt_version", Integer, nullable=False),
    Column("prompt_sha256", String(64), nullable=False),
    Column("decision_id", String(200), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("problem", String(500), nullable=False),
    Column("prompt_tokens", Integer, nullable=False),
    Column("completion_tokens", Integer, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("latency_ms", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("confidence", Float),
    Column("created_at", BigInteger, nullable=False),
    Index("llm_call_by_time", "tenant_id", "created_at"),
)

# What a tenant has used in a month, kept with each call: adding a month's calls up would be slow before each question.
usage = Table(
    "llm_usage",
    metadata,
    Column("tenant_id", String(255), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("tokens", BigInteger, nullable=False),
    Column("cost", BigInteger, nullable=False),
)
