"""Who filled a field of the built-in CRM, which writes took effect, and the newest records first."""

import sqlalchemy as sa
from alembic import op

revision = "0040_own_crm_edits"
down_revision = "0034_ticket_trace"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "crm_own_origin",
        sa.Column("tenant_id", sa.String(255), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("number", sa.BigInteger(), primary_key=True),
        sa.Column("field", sa.String(40), primary_key=True),
        sa.Column("origin", sa.String(20), nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "crm_own_write",
        sa.Column("tenant_id", sa.String(255), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("crm_own_record_newest", "crm_own_record", ["tenant_id", "kind", "changed_at", "number"])


def downgrade() -> None:
    op.drop_index("crm_own_record_newest", "crm_own_record")
    op.drop_table("crm_own_write")
    op.drop_table("crm_own_origin")
