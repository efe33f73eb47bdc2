"""The tables of report runs and schedules. Moments are milliseconds since 1970 (UTC)."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, MetaData, String, Table, Text, false

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
    # Whether it goes out by mail when it is ready, and when it was handed to the mail room.
    Column("is_mailed", Boolean, nullable=False, server_default=false()),
    Column("mailed_at", BigInteger),
    Index("report_run_by_account", "tenant_id", "account_id", "requested_at"),
    Index("report_run_by_state", "state", "seen_at"),
)

report_schedule = Table(
    "report_schedule",
    metadata,
    Column("schedule_id", String(32), primary_key=True),
    Column("tenant_id", String(255), nullable=False),
    Column("account_id", String(32), nullable=False),
    Column("requested_by", String(64), nullable=False),
    Column("report", String(64), nullable=False),
    Column("format", String(8), nullable=False),
    Column("language", String(16), nullable=False),
    Column("pace", String(16), nullable=False),
    Column("hour", Integer, nullable=False),
    Column("is_mailed", Boolean, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Index("report_schedule_by_time", "tenant_id", "next_at"),
    Index("report_schedule_by_account", "tenant_id", "account_id"),
)
