"""The tables of finance.

Amounts are whole numbers of the currency's smallest unit, months and days are texts that sort as they pass, moments are
milliseconds. What is written into a month carries it in a column `month`: there the triggers of `lock_triggers` look.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
)

from services.finance.lock_triggers import create_triggers

metadata = MetaData()


def _tenant() -> Column[str]:
    return Column("tenant_id", String(255), primary_key=True)


article = Table(
    "finance_article",
    metadata,
    _tenant(),
    Column("article_id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("position", Integer, nullable=False),
)

posting = Table(
    "finance_posting",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("posting_id", String(40), nullable=False, unique=True),
    Column("tenant_id", String(255), nullable=False),
    Column("project_id", String(64), nullable=False),
    Column("article_id", String(64), nullable=False),
    Column("month", String(7), nullable=False),
    Column("booked_on", String(10), nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("document", String(200), nullable=False),
    Column("counterparty", String(300), nullable=False),
    Column("text", Text, nullable=False),
    Column("entered_by", String(200), nullable=False),
    Column("entered_at", BigInteger, nullable=False),
    Column("import_id", String(40), nullable=False),
    Column("row_number", Integer, nullable=False),
    CheckConstraint("month = substr(booked_on, 1, 7)", name="finance_posting_in_its_month"),
)
Index("finance_posting_by_cell", posting.c.tenant_id, posting.c.month, posting.c.project_id, posting.c.article_id)
Index("finance_posting_by_import", posting.c.import_id)
Index("finance_posting_by_counterparty", posting.c.tenant_id, posting.c.counterparty, posting.c.number)

version = Table(
    "finance_version",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("version_id", String(40), nullable=False, unique=True),
    Column("tenant_id", String(255), nullable=False),
    Column("name", String(200), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("based_on", String(40), nullable=False),
    Column("why", Text, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("frozen_by", String(200), nullable=False),
    Column("frozen_at", BigInteger),
    UniqueConstraint("tenant_id", "name", name="finance_version_once"),
)

plan_line = Table(
    "finance_plan_line",
    metadata,
    _tenant(),
    Column("version_id", String(40), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("project_id", String(64), primary_key=True),
    Column("article_id", String(64), primary_key=True),
    Column("minor", BigInteger, nullable=False),
    Column("changed_by", String(200), nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)

daily_rate = Table(
    "finance_daily_rate",
    metadata,
    _tenant(),
    Column("currency", String(3), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("month", String(7), nullable=False),
    # A decimal as text: no database rounds it.
    Column("rate", String(40), nullable=False),
    Column("source", String(200), nullable=False),
    CheckConstraint("month = substr(day, 1, 7)", name="finance_daily_rate_in_its_month"),
)
Index("finance_daily_rate_by_month", daily_rate.c.tenant_id, daily_rate.c.month)

manual_rate = Table(
    "finance_manual_rate",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("tenant_id", String(255), nullable=False),
    Column("month", String(7), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("rate", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("entered_by", String(200), nullable=False),
    Column("entered_at", BigInteger, nullable=False),
)
Index("finance_manual_rate_by_month", manual_rate.c.tenant_id, manual_rate.c.month, manual_rate.c.currency)

note = Table(
    "finance_note",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("note_id", String(40), nullable=False, unique=True),
    Column("tenant_id", String(255), nullable=False),
    Column("month", String(7), nullable=False),
    Column("project_id", String(64), nullable=False),
    Column("article_id", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("written_by", String(200), nullable=False),
    Column("written_at", BigInteger, nullable=False),
    Column("file_name", String(255), nullable=False),
    Column("file_size", Integer, nullable=False),
    Column("content", LargeBinary),
)
Index("finance_note_by_cell", note.c.tenant_id, note.c.month, note.c.project_id, note.c.article_id)

import_file = Table(
    "finance_import",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("import_id", String(40), nullable=False, unique=True),
    Column("tenant_id", String(255), nullable=False),
    Column("checksum", String(64), nullable=False),
    Column("file_name", String(255), nullable=False),
    Column("shape", String(20), nullable=False),
    Column("state", String(10), nullable=False),
    Column("uploaded_by", String(200), nullable=False),
    Column("uploaded_at", BigInteger, nullable=False),
    Column("imported_by", String(200), nullable=False),
    Column("imported_at", BigInteger),
    Column("left_out", Integer, nullable=False),
    UniqueConstraint("tenant_id", "checksum", name="finance_import_once"),
)

import_row = Table(
    "finance_import_row",
    metadata,
    Column("import_id", String(40), primary_key=True),
    Column("row_number", Integer, primary_key=True),
    # JSON: the row as it stands in the file or was mended since.
    Column("cells", Text, nullable=False),
    # JSON: what is wrong with it; empty list for a good row.
    Column("findings", Text, nullable=False),
    Column("mended_by", String(200), nullable=False),
)

close = Table(
    "finance_close",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("close_id", String(40), nullable=False, unique=True),
    Column("tenant_id", String(255), nullable=False),
    Column("month", String(7), nullable=False),
    Column("state", String(20), nullable=False),
    Column("version_id", String(40), nullable=False),
    Column("opened_by", String(200), nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("process_instance_key", BigInteger),
    Column("checked_by", String(200), nullable=False),
    Column("approved_by", String(200), nullable=False),
    Column("note", Text, nullable=False),
    # Of the inputs as they were when the controller checked.
    Column("digest", String(64), nullable=False),
)
Index("finance_close_by_month", close.c.tenant_id, close.c.month, close.c.number)

deviation = Table(
    "finance_deviation",
    metadata,
    _tenant(),
    Column("month", String(7), primary_key=True),
    Column("project_id", String(64), primary_key=True),
    Column("article_id", String(64), primary_key=True),
    Column("close_id", String(40), nullable=False),
    Column("plan_minor", BigInteger, nullable=False),
    Column("fact_minor", BigInteger, nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("reason", String(100), nullable=False),
    Column("explanation", Text, nullable=False),
    Column("explained_by", String(200), nullable=False),
    Column("explained_at", BigInteger),
)

lock = Table(
    "finance_lock",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("lock_id", String(40), nullable=False, unique=True),
    Column("tenant_id", String(255), nullable=False),
    Column("month", String(7), nullable=False),
    Column("close_id", String(40), nullable=False),
    Column("checked_by", String(200), nullable=False),
    Column("locked_by", String(200), nullable=False),
    Column("locked_at", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("unlock_reason", Text, nullable=False),
    Column("unlock_requested_by", String(200), nullable=False),
    Column("unlock_requested_at", BigInteger),
    Column("unlocked_by", String(200), nullable=False),
    Column("unlocked_at", BigInteger),
    CheckConstraint("locked_by <> checked_by", name="finance_lock_by_two"),
    CheckConstraint(
        "unlocked_at IS NULL OR (unlock_reason <> '' AND unlock_requested_by <> '' AND unlocked_by <> ''"
        " AND unlock_requested_by <> unlocked_by)",
        name="finance_unlock_by_two",
    ),
)
Index("finance_lock_by_month", lock.c.tenant_id, lock.c.month)
Index(
    "finance_lock_one_at_a_time",
    lock.c.tenant_id,
    lock.c.month,
    unique=True,
    sqlite_where=lock.c.unlocked_at.is_(None),
    postgresql_where=lock.c.unlocked_at.is_(None),
)

announcement = Table(
    "finance_announcement",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("tenant_id", String(255), nullable=False),
    Column("message_id", String(200), nullable=False, unique=True),
    Column("name", String(100), nullable=False),
    Column("correlation_key", String(150), nullable=False),
    Column("variables", Text, nullable=False),
    Index("finance_announcement_by_tenant", "tenant_id", "number"),
)

audit = Table(
    "finance_audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("tenant_id", String(255), nullable=False),
    Column("month", String(7), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("person", String(200), nullable=False),
    Column("action", String(40), nullable=False),
    Column("detail", Text, nullable=False),
)
Index("finance_audit_by_month", audit.c.tenant_id, audit.c.month, audit.c.number)

event.listen(metadata, "after_create", create_triggers)
