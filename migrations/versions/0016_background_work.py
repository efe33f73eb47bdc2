"""Background tasks: the book of those asked for, the runs by the clock, and the beat's lease."""

import sqlalchemy as sa
from alembic import op

revision = "0023_background_work"
down_revision = "0022_identity_provider"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "background_task",
        sa.Column("task_id", sa.String(32), primary_key=True),
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("subject_id", sa.String(200), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("queued_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("send_at", sa.BigInteger(), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.BigInteger()),
        sa.Column("claimed_until", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("worker", sa.String(200), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
    )
    op.create_index("background_task_to_send", "background_task", ["state", "send_at"])
    op.create_index("background_task_claimed", "background_task", ["state", "claimed_until"])
    op.create_index("background_task_ended", "background_task", ["state", "ended_at"])
    op.create_table(
        "background_schedule",
        sa.Column("name", sa.String(100), primary_key=True),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("claimed_until", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("runs", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(200), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
    )
    op.create_table(
        "background_lease",
        sa.Column("name", sa.String(100), primary_key=True),
        sa.Column("holder", sa.String(200), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("held_until", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    for table in ("background_lease", "background_schedule", "background_task"):
        op.drop_table(table)
