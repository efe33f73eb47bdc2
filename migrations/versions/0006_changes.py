"""Change sets, their items, timeline and announcements."""

import sqlalchemy as sa
from alembic import op

revision = "0012_changes"
down_revision = "0005_reports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "change_set",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("set_id", sa.String(32), nullable=False, unique=True),
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("request_id", sa.String(200), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("author_kind", sa.String(20), nullable=False),
        sa.Column("author_name", sa.String(200), nullable=False),
        sa.Column("author_model", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reverts_set_id", sa.String(32), nullable=False),
        sa.Column("process_instance_key", sa.BigInteger()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("tenant_id", "request_id", name="change_set_once"),
    )
    op.create_index("change_set_by_state", "change_set", ["tenant_id", "state", "number"])
    op.create_table(
        "change_item",
        sa.Column("item_id", sa.String(40), primary_key=True),
        sa.Column("set_id", sa.String(32), sa.ForeignKey("change_set.set_id", ondelete="CASCADE"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("system", sa.String(200), nullable=False),
        sa.Column("record", sa.String(200), nullable=False),
        sa.Column("record_label", sa.String(400), nullable=False),
        sa.Column("field", sa.String(200), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("current", sa.Text(), nullable=False),
        sa.Column("decisions", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float()),
        sa.Column("amount", sa.String(60)),
        sa.Column("is_filled_by_hand", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("requirement", sa.String(20)),
        sa.Column("policy_reason", sa.String(200), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.BigInteger()),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("reverts_item_id", sa.String(40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
    )
    op.create_index("change_item_by_set", "change_item", ["set_id", "position"])
    op.create_index("change_item_reverts", "change_item", ["reverts_item_id"])
    op.create_table(
        "change_event",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("set_id", sa.String(32), sa.ForeignKey("change_set.set_id", ondelete="CASCADE"), nullable=False),
        sa.Column("item_id", sa.String(40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("action", sa.String(30), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
    )
    op.create_index("change_event_by_set", "change_event", ["set_id", "number"])
    op.create_table(
        "change_announcement",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("message_id", sa.String(200), nullable=False, unique=True),
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("correlation_key", sa.String(100), nullable=False),
        sa.Column("variables", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    for table in ("change_announcement", "change_event", "change_item", "change_set"):
        op.drop_table(table)
