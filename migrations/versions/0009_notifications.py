"""Notifications: what people were told, the outbox, their addresses and wishes."""

import sqlalchemy as sa
from alembic import op

revision = "0010_notifications"
down_revision = "0008_knowledge"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notification",
        sa.Column("notification_id", sa.String(32), primary_key=True),
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("request_id", sa.String(200), nullable=False),
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("subject_key", sa.String(200), nullable=False),
        sa.Column("values", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("read_at", sa.BigInteger),
        sa.UniqueConstraint("tenant_id", "request_id", "account_id", "event", name="notification_once"),
    )
    op.create_index("notification_by_account", "notification", ["tenant_id", "account_id", "created_at", "notification_id"])
    op.create_index("notification_by_age", "notification", ["created_at"])
    op.create_table(
        "notification_delivery",
        sa.Column("delivery_id", sa.String(32), primary_key=True),
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("notification_id", sa.String(32), sa.ForeignKey("notification.notification_id", ondelete="CASCADE"), nullable=False),
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("address_id", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("held", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("batch_id", sa.String(32), nullable=False),
        sa.Column("claimed_until", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("attempted_at", sa.BigInteger),
        sa.Column("sent_at", sa.BigInteger),
        sa.Column("last_error", sa.String(300), nullable=False),
        sa.Column("provider_id", sa.String(300), nullable=False),
        sa.UniqueConstraint("notification_id", "channel", "address_id", name="notification_delivery_once"),
    )
    op.create_index("notification_delivery_due", "notification_delivery", ["tenant_id", "channel", "state", "due_at"])
    op.create_index("notification_delivery_log", "notification_delivery", ["tenant_id", "created_at", "delivery_id"])
    op.create_table(
        "notification_address",
        sa.Column("address_id", sa.String(32), primary_key=True),
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("address_hash", sa.String(64), nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("events", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("verified_at", sa.BigInteger),
        sa.Column("broken", sa.String(300), nullable=False),
        sa.UniqueConstraint("tenant_id", "account_id", "channel", "address_hash", name="notification_address_once"),
    )
    op.create_table(
        "notification_link_code",
        sa.Column("code_hash", sa.String(64), primary_key=True),
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("address_id", sa.String(32), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("notification_link_code_by_account", "notification_link_code", ["account_id"])
    op.create_table(
        "notification_preference",
        sa.Column("tenant_id", sa.String(255), primary_key=True),
        sa.Column("account_id", sa.String(32), primary_key=True),
        sa.Column("event", sa.String(64), primary_key=True),
        sa.Column("channel", sa.String(16), primary_key=True),
        sa.Column("mode", sa.String(16), nullable=False),
    )
    op.create_table(
        "notification_profile",
        sa.Column("tenant_id", sa.String(255), primary_key=True),
        sa.Column("account_id", sa.String(32), primary_key=True),
        sa.Column("zone_name", sa.String(64), nullable=False),
        sa.Column("quiet_from", sa.String(5), nullable=False),
        sa.Column("quiet_to", sa.String(5), nullable=False),
        sa.Column("digest", sa.String(16), nullable=False),
        sa.Column("digest_at", sa.String(5), nullable=False),
    )
    op.create_table(
        "notification_cursor",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.String(300), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("notification_delivery")
    op.drop_table("notification")
    op.drop_table("notification_address")
    op.drop_table("notification_link_code")
    op.drop_table("notification_preference")
    op.drop_table("notification_profile")
    op.drop_table("notification_cursor")
