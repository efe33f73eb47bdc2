"""The built-in CRM's tickets."""

import sqlalchemy as sa
from alembic import op

revision = "0004_tickets"
down_revision = "0003_modelling"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticket",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("tenant_id", sa.String(100), nullable=False),
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(500), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("customer_name", sa.String(200), nullable=False),
        sa.Column("customer_email", sa.String(320), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("category", sa.String(100)),
        sa.Column("priority", sa.String(20)),
        sa.Column("team", sa.String(100)),
        sa.Column("outcome", sa.String(100)),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("announced_at", sa.DateTime()),
        sa.Column("closed_at", sa.DateTime()),
        sa.UniqueConstraint("tenant_id", "source", "external_id", name="ticket_once"),
    )
    op.create_index("ticket_unannounced", "ticket", ["announced_at", "number"])
    op.create_table(
        "ticket_note",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("ticket_number", sa.Integer(), sa.ForeignKey("ticket.number", ondelete="CASCADE"), nullable=False),
        sa.Column("request_id", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.UniqueConstraint("ticket_number", "request_id", name="ticket_note_once"),
    )


def downgrade() -> None:
    op.drop_table("ticket_note")
    op.drop_table("ticket")
