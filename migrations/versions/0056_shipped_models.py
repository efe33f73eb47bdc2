"""Which shipped files a start brought to the engine, so that the next leaves alone what a designer made of them."""

import sqlalchemy as sa
from alembic import op

revision = "0056_shipped_models"
down_revision = "0055_doubted_sessions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shipped_model",
        sa.Column("tenant_id", sa.String(255), primary_key=True),
        sa.Column("resource_name", sa.String(255), primary_key=True),
        sa.Column("checksum", sa.String(64), nullable=False),
        sa.Column("brought_at", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("shipped_model")
