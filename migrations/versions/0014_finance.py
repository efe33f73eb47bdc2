"""Plan and fact, exchange rates, imports, closes and locks of months, and the triggers that keep locked months."""

import sqlalchemy as sa
from alembic import op

from services.finance.lock_triggers import statements

revision = "0020_finance"
down_revision = "0011_sla"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "finance_article",
        sa.Column("tenant_id", sa.String(255), primary_key=True),
        sa.Column("article_id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
    )
    op.create_table(
        "finance_posting",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("posting_id", sa.String(40), nullable=False, unique=True),
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("article_id", sa.String(64), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("booked_on", sa.String(10), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("document", sa.String(200), nullable=False),
        sa.Column("counterparty", sa.String(300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.String(200), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.String(40), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            'month = substr(booked_on, 1, 7)',
            name="finance_posting_in_its_month",
        ),
    )
    op.create_index("finance_posting_by_cell", "finance_posting", ["tenant_id", "month", "project_id", "article_id"])
    op.create_index("finance_posting_by_counterparty", "finance_posting", ["tenant_id", "counterparty", "number"])
    op.create_index("finance_posting_by_import", "finance_posting", ["import_id"])
    op.create_table(
        "finance_version",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("version_id", sa.String(40), nullable=False, unique=True),
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("based_on", sa.String(40), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("frozen_by", sa.String(200), nullable=False),
        sa.Column("frozen_at", sa.BigInteger()),
        sa.UniqueConstraint('tenant_id', 'name', name="finance_version_once"),
    )
    op.create_table(
        "finance_plan_line",
        sa.Column("tenant_id", sa.String(255), primary_key=True),
        sa.Column("version_id", sa.String(40), primary_key=True),
        sa.Column("month", sa.String(7), primary_key=True),
        sa.Column("project_id", sa.String(64), primary_key=True),
        sa.Column("article_id", sa.String(64), primary_key=True),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "finance_daily_rate",
        sa.Column("tenant_id", sa.String(255), primary_key=True),
        sa.Column("currency", sa.String(3), primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("rate", sa.String(40), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.CheckConstraint(
            'month = substr(day, 1, 7)',
            name="finance_daily_rate_in_its_month",
        ),
    )
    op.create_index("finance_daily_rate_by_month", "finance_daily_rate", ["tenant_id", "month"])
    op.create_table(
        "finance_manual_rate",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("rate", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.String(200), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("finance_manual_rate_by_month", "finance_manual_rate", ["tenant_id", "month", "currency"])
    op.create_table(
        "finance_note",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("note_id", sa.String(40), nullable=False, unique=True),
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("article_id", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.String(200), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary()),
    )
    op.create_index("finance_note_by_cell", "finance_note", ["tenant_id", "month", "project_id", "article_id"])
    op.create_table(
        "finance_import",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("import_id", sa.String(40), nullable=False, unique=True),
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("checksum", sa.String(64), nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("shape", sa.String(20), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("uploaded_by", sa.String(200), nullable=False),
        sa.Column("uploaded_at", sa.BigInteger(), nullable=False),
        sa.Column("imported_by", sa.String(200), nullable=False),
        sa.Column("imported_at", sa.BigInteger()),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.UniqueConstraint('tenant_id', 'checksum', name="finance_import_once"),
    )
    op.create_table(
        "finance_import_row",
        sa.Column("import_id", sa.String(40), primary_key=True),
        sa.Column("row_number", sa.Integer(), primary_key=True),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("mended_by", sa.String(200), nullable=False),
    )
    op.create_table(
        "finance_close",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("close_id", sa.String(40), nullable=False, unique=True),
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("version_id", sa.String(40), nullable=False),
        sa.Column("opened_by", sa.String(200), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("process_instance_key", sa.BigInteger()),
        sa.Column("checked_by", sa.String(200), nullable=False),
        sa.Column("approved_by", sa.String(200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    op.create_index("finance_close_by_month", "finance_close", ["tenant_id", "month", "number"])
    op.create_table(
        "finance_deviation",
        sa.Column("tenant_id", sa.String(255), primary_key=True),
        sa.Column("month", sa.String(7), primary_key=True),
        sa.Column("project_id", sa.String(64), primary_key=True),
        sa.Column("article_id", sa.String(64), primary_key=True),
        sa.Column("close_id", sa.String(40), nullable=False),
        sa.Column("plan_minor", sa.BigInteger(), nullable=False),
        sa.Column("fact_minor", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(100), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("explained_by", sa.String(200), nullable=False),
        sa.Column("explained_at", sa.BigInteger()),
    )
    op.create_table(
        "finance_lock",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("lock_id", sa.String(40), nullable=False, unique=True),
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("close_id", sa.String(40), nullable=False),
        sa.Column("checked_by", sa.String(200), nullable=False),
        sa.Column("locked_by", sa.String(200), nullable=False),
        sa.Column("locked_at", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("unlock_reason", sa.Text(), nullable=False),
        sa.Column("unlock_requested_by", sa.String(200), nullable=False),
        sa.Column("unlock_requested_at", sa.BigInteger()),
        sa.Column("unlocked_by", sa.String(200), nullable=False),
        sa.Column("unlocked_at", sa.BigInteger()),
        sa.CheckConstraint(
            'locked_by <> checked_by',
            name="finance_lock_by_two",
        ),
        sa.CheckConstraint(
            "unlocked_at IS NULL OR (unlock_reason <> '' AND unlock_requested_by <> '' AND unlocked_by <> '' AND unlock_requested_by <> unlocked_by)",
            name="finance_unlock_by_two",
        ),
    )
    op.create_index("finance_lock_by_month", "finance_lock", ["tenant_id", "month"])
    op.create_index("finance_lock_one_at_a_time", "finance_lock", ["tenant_id", "month"], unique=True, sqlite_where=sa.text("unlocked_at IS NULL"), postgresql_where=sa.text("unlocked_at IS NULL"))
    op.create_table(
        "finance_announcement",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("message_id", sa.String(200), nullable=False, unique=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("correlation_key", sa.String(150), nullable=False),
        sa.Column("variables", sa.Text(), nullable=False),
    )
    op.create_table(
        "finance_audit",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
    )
    op.create_index("finance_audit_by_month", "finance_audit", ["tenant_id", "month", "number"])
    # Replacing themselves, the triggers are those of the newest version, whatever version a database comes from.
    connection = op.get_bind()
    for statement in statements(connection.dialect.name):
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def downgrade() -> None:
    for table in (
        "finance_audit",
        "finance_announcement",
        "finance_lock",
        "finance_deviation",
        "finance_close",
        "finance_import_row",
        "finance_import",
        "finance_note",
        "finance_manual_rate",
        "finance_daily_rate",
        "finance_plan_line",
        "finance_version",
        "finance_posting",
        "finance_article",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for function in ("finance_refuse_locked()", "finance_refuse_truncate()", "finance_keep_lock()", "finance_require_open(text, text)"):
            op.execute(f"DROP FUNCTION IF EXISTS {function}")
