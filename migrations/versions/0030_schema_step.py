"""Each step of the schema, and whether older code may go on beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0030_schema_step"
down_revision = "0024_audit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "schema_step",
        sa.Column("revision", sa.String(32), primary_key=True),
        sa.Column("only_adds", sa.Boolean(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("schema_step")
