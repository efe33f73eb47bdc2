"""Accounts, roles, sessions, API tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0002_identity"
down_revision = "0001_history"
branch_labels = None
depends_on = None


def account_id(**options: bool) -> sa.Column:
    return sa.Column("account_id", sa.String(32), sa.ForeignKey("account.account_id", ondelete="CASCADE"), **options)


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("account_id", sa.String(32), primary_key=True),
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("username", sa.String(64), nullable=False, unique=True),
        sa.Column("display_name", sa.String(200), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("language", sa.String(16)),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("must_change_password", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table("account_role", account_id(primary_key=True), sa.Column("role", sa.String(32), primary_key=True))
    op.create_table("account_group", account_id(primary_key=True), sa.Column("group_name", sa.String(200), primary_key=True))
    op.create_table(
        "account_session",
        sa.Column("session_hash", sa.String(64), primary_key=True),
        account_id(nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("account_session_by_account", "account_session", ["account_id"])
    op.create_index("account_session_by_expiry", "account_session", ["expires_at"])
    op.create_table(
        "api_token",
        sa.Column("token_id", sa.String(32), primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        account_id(nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("hint", sa.String(16), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("last_used_at", sa.BigInteger),
    )
    op.create_index("api_token_by_account", "api_token", ["account_id"])
    op.create_table(
        "sign_in_failure",
        sa.Column("subject", sa.String(200), primary_key=True),
        sa.Column("window_started_at", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("failures", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    for table in ("sign_in_failure", "api_token", "account_session", "account_group", "account_role", "account"):
        op.drop_table(table)
