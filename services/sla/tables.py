"""The tables of calendars, skills and clocks. Moments and spans are milliseconds (since 1970, UTC).

`sla_target`, `sla_step` and `sla_change` are only ever added to: they are the history of why.
"""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

metadata = MetaData()
# SQLite numbers rows by themselves only in a column of this very type.
NUMBER = BigInteger().with_variant(Integer(), "sqlite")

sla_calendar = Table(
    "sla_calendar",
    metadata,
    Column("tenant_id", String(100), primary_key=True),
    # Empty: the common calendar.
    Column("team", String(100), primary_key=True),
    Column("zone_name", String(64), nullable=False),
    # Seven texts such as 09:00-17:00, Monday first, one a line.
    Column("week", Text, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("changed_by", String(64), nullable=False),
)

sla_holiday = Table(
    "sla_holiday",
    metadata,
    Column("tenant_id", String(100), primary_key=True),
    Column("team", String(100), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("hours", String(200), nullable=False),
)

sla_skill = Table(
    "sla_skill",
    metadata,
    Column("tenant_id", String(100), primary_key=True),
    Column("username", String(64), primary_key=True),
    # One a line.
    Column("skills", Text, nullable=False),
    Column("away_until", Date),
)

sla_clock = Table(
    "sla_clock",
    metadata,
    Column("tenant_id", String(100), primary_key=True),
    Column("subject_id", String(200), primary_key=True),
    Column("subject_type", String(100), nullable=False),
    Column("subject", String(500), nullable=False),
    Column("team", String(100), nullable=False),
    Column("lead", String(100), nullable=False),
    Column("priority", String(50), nullable=False),
    Column("customer", String(320), nullable=False),
    Column("process_instance_key", BigInteger, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("reply_within", BigInteger, nullable=False),
    Column("resolve_within", BigInteger, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("reply_due_at", BigInteger),
    Column("resolve_due_at", BigInteger),
    Column("replied_at", BigInteger),
    Column("paused_at", BigInteger),
    Column("pause_reason", String(50), nullable=False),
    Column("ended_at", BigInteger),
    Column("outcome", String(100), nullable=False),
    Index("sla_clock_running", "tenant_id", "ended_at", "resolve_due_at"),
)

sla_pause = Table(
    "sla_pause",
    metadata,
    Column("number", NUMBER, primary_key=True, autoincrement=True),
    Column("tenant_id", String(100), nullable=False),
    Column("subject_id", String(200), nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("reason", String(50), nullable=False),
    Column("note", Text, nullable=False),
    Column("started_by", String(64), nullable=False),
    Column("ended_by", String(64), nullable=False),
    Index("sla_pause_of_subject", "tenant_id", "subject_id", "number"),
)

sla_target = Table(
    "sla_target",
    metadata,
    Column("number", NUMBER, primary_key=True, autoincrement=True),
    Column("tenant_id", String(100), nullable=False),
    Column("subject_id", String(200), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("reason", String(30), nullable=False),
    Column("note", Text, nullable=False),
    Column("who", String(64), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("priority", String(50), nullable=False),
    Column("reply_due_at", BigInteger),
    Column("resolve_due_at", BigInteger),
    Column("old_priority", String(50)),
    Column("old_reply_due_at", BigInteger),
    Column("old_resolve_due_at", BigInteger),
    Index("sla_target_of_subject", "tenant_id", "subject_id", "number"),
)

sla_step = Table(
    "sla_step",
    metadata,
    Column("number", NUMBER, primary_key=True, autoincrement=True),
    Column("tenant_id", String(100), nullable=False),
    Column("subject_id", String(200), nullable=False),
    Column("request_id", String(200), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", String(30), nullable=False),
    Column("promise", String(20), nullable=False),
    Column("share", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    # Who was told, one a line.
    Column("told", Text, nullable=False),
    Column("who", String(64), nullable=False),
    Column("note", Text, nullable=False),
    UniqueConstraint("tenant_id", "subject_id", "request_id", name="sla_step_once"),
)

sla_change = Table(
    "sla_change",
    metadata,
    Column("number", NUMBER, primary_key=True, autoincrement=True),
    Column("tenant_id", String(100), nullable=False),
    Column("change_id", String(200), nullable=False),
    Column("subject_id", String(200), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("who", String(64), nullable=False),
    Column("reason", String(50), nullable=False),
    Column("note", Text, nullable=False),
    Column("priority", String(50), nullable=False),
    Column("announced", Boolean, nullable=False),
    UniqueConstraint("tenant_id", "change_id", name="sla_change_once"),
    Index("sla_change_unannounced", "tenant_id", "announced", "number"),
)
