"""Related tickets: buckets of like texts, and merges. Reports that are made by the clock."""

import sqlalchemy as sa
from alembic import op

revision = "0026_related"
down_revision = "0025_learning"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticket_bucket",
        sa.Column("bucket", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("ticket_number", sa.Integer(), primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ticket_bucket_progress",
        sa.Column("tenant_id", sa.String(255), primary_key=True),
        sa.Column("ticket_number", sa.Integer(), nullable=False),
    )
    op.create_table(
        "ticket_merge",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("ticket_id", sa.String(64), nullable=False),
        sa.Column("into_id", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("merged_by", sa.String(200), nullable=False),
        sa.Column("merged_at", sa.BigInteger(), nullable=False),
        sa.Column("undone_by", sa.String(200), nullable=False, server_default=""),
        sa.Column("undone_at", sa.BigInteger()),
        sa.Column("settled_at", sa.BigInteger()),
    )
    in_force = sa.text("undone_at IS NULL")
    op.create_index(
        "ticket_merge_in_force",
        "ticket_merge",
        ["tenant_id", "ticket_id"],
        unique=True,
        sqlite_where=in_force,
        postgresql_where=in_force,
    )
    op.create_index("ticket_merge_into", "ticket_merge", ["tenant_id", "into_id"])
    op.create_index("ticket_merge_unsettled", "ticket_merge", ["settled_at"])
    op.add_column("report_run", sa.Column("is_mailed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("report_run", sa.Column("mailed_at", sa.BigInteger()))
    op.create_table(
        "report_schedule",
        sa.Column("schedule_id", sa.String(32), primary_key=True),
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("requested_by", sa.String(64), nullable=False),
        sa.Column("report", sa.String(64), nullable=False),
        sa.Column("format", sa.String(8), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("pace", sa.String(16), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("is_mailed", sa.Boolean(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("report_schedule_by_time", "report_schedule", ["tenant_id", "next_at"])
    op.create_index("report_schedule_by_account", "report_schedule", ["tenant_id", "account_id"])


def downgrade() -> None:
    op.drop_table("report_schedule")
    with op.batch_alter_table("report_run") as batch:
        batch.drop_column("mailed_at")
        batch.drop_column("is_mailed")
    for table in ("ticket_merge", "ticket_bucket_progress", "ticket_bucket"):
        op.drop_table(table)
