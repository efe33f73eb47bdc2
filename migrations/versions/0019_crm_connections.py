"""Connections to other CRMs, what was read from them, and the built-in one."""

import sqlalchemy as sa
from alembic import op

revision = "0021_crm_connections"
down_revision = "0026_related"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "crm_connection",
        sa.Column("connection_id", sa.String(32), primary_key=True),
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("system", sa.String(16), nullable=False),
        sa.Column("base_url", sa.Text(), nullable=False),
        sa.Column("is_paused", sa.Boolean(), nullable=False),
        sa.Column("hook_hash", sa.String(64), nullable=False),
        sa.Column("last_error", sa.String(500), nullable=False),
        sa.Column("is_disconnected", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.String(32), nullable=False),
        sa.Column("held_until", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("tenant_id", "name", name="crm_connection_name"),
    )
    op.create_table(
        "crm_credentials",
        sa.Column("connection_id", sa.String(32), sa.ForeignKey("crm_connection.connection_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("refresher", sa.String(32), nullable=False),
        sa.Column("refresher_until", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "crm_record",
        sa.Column("connection_id", sa.String(32), sa.ForeignKey("crm_connection.connection_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("record_id", sa.String(64), primary_key=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("values", sa.Text(), nullable=False),
        sa.Column("seen_in", sa.Integer(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
    )
    op.create_index("crm_record_there", "crm_record", ["connection_id", "kind", "is_gone", "seen_in"])
    op.create_table(
        "crm_progress",
        sa.Column("connection_id", sa.String(32), sa.ForeignKey("crm_connection.connection_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("read_until", sa.BigInteger()),
        sa.Column("pass_number", sa.Integer(), nullable=False),
        sa.Column("pass_since", sa.BigInteger()),
        sa.Column("cursor", sa.Text()),
        sa.Column("pass_as_of", sa.BigInteger()),
        sa.Column("pass_seen", sa.Integer(), nullable=False),
        sa.Column("pass_changed", sa.Integer(), nullable=False),
        sa.Column("pass_started_at", sa.BigInteger()),
        sa.Column("completed_at", sa.BigInteger()),
        sa.Column("ours", sa.Integer()),
        sa.Column("theirs", sa.Integer()),
        sa.Column("incomplete_passes", sa.Integer(), nullable=False),
        sa.Column("wants_all", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "crm_hint",
        sa.Column("connection_id", sa.String(32), sa.ForeignKey("crm_connection.connection_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("record_id", sa.String(64), primary_key=True),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "crm_own_record",
        sa.Column("tenant_id", sa.String(255), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("number", sa.BigInteger(), primary_key=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("values", sa.Text(), nullable=False),
    )
    op.create_table(
        "crm_own_note",
        sa.Column("tenant_id", sa.String(255), primary_key=True),
        sa.Column("request_id", sa.String(200), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("crm_own_note_of", "crm_own_note", ["tenant_id", "kind", "number"])


def downgrade() -> None:
    op.drop_table("crm_own_note")
    op.drop_table("crm_own_record")
    op.drop_table("crm_hint")
    op.drop_table("crm_progress")
    op.drop_table("crm_record")
    op.drop_table("crm_credentials")
    op.drop_table("crm_connection")
