"""Records that a Zeebe cluster exported."""

import sqlalchemy as sa
from alembic import op

revision = "0006_exported_records"
down_revision = "0009_mail"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exported_chunk",
        sa.Column("partition_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last_position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("first_position", sa.BigInteger, nullable=False),
        sa.Column("records", sa.Integer, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "exported_partition",
        sa.Column("partition_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("timestamp", sa.BigInteger, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("records", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "exported_counter",
        sa.Column("partition_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("value_type", sa.String(100), primary_key=True),
        sa.Column("counter", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "exported_gap",
        sa.Column("partition_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("value_type", sa.String(100), primary_key=True),
        sa.Column("before_counter", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("after_counter", sa.BigInteger, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("noticed_at", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("exported_gap")
    op.drop_table("exported_counter")
    op.drop_table("exported_partition")
    op.drop_table("exported_chunk")
