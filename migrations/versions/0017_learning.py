"""What people said tickets are about, and the versions of the classifier that learns from it."""

import sqlalchemy as sa
from alembic import op

revision = "0025_learning"
down_revision = "0023_background_work"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "classification_correction",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("request_id", sa.String(200), nullable=False, unique=True),
        sa.Column("ticket_id", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("label", sa.String(100), nullable=False),
        sa.Column("suggested", sa.String(100), nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("confidence", sa.Float()),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("classification_correction_of", "classification_correction", ["ticket_id", "number"])
    op.create_table(
        "classifier_version",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("comparison", sa.Text(), nullable=False),
        sa.Column("corrections_to", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("promoted_at", sa.BigInteger()),
    )
    op.create_index("classifier_version_by_state", "classifier_version", ["state"])


def downgrade() -> None:
    op.drop_table("classifier_version")
    op.drop_table("classification_correction")
