"""The table of report runs. Moments are milliseconds since 1970 (UTC)."""

from sqlalchemy import BigInteger, Column, Date, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

report_run = Table(
    "report_run",
    metadata,
    Column("run_id", String(32), primary_key=True),
    Column("tenant_id", String(255), nullable=False),
    Column("report", String(64), nullable=False),
    Column("format", String(8), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("language", String(16), nullable=False),
    # Whose rights count; the name is for showing.
    Column("account_id", String(32), nullable=False),
    Column("requested_by", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("rows_read", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("problem", Text, nullable=False),
    Column("requested_at", BigInteger, nullable=False),
    # The last sign of life of whoever makes it.
    Column("seen_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Index("report_run_by_account", "tenant_id", "account_id", "requested_at"),
    Index("report_run_by_state", "state", "seen_at"),
)
