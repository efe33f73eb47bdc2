"""The trace in which a ticket was taken in."""

import sqlalchemy as sa
from alembic import op

revision = "0034_ticket_trace"
down_revision = "0032_monthly_partitions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("traceparent", sa.String(64)))


def downgrade() -> None:
    with op.batch_alter_table("ticket") as batch:
        batch.drop_column("traceparent")
