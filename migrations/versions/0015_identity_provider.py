"""Accounts and sessions that an identity provider vouches for, and sign-ins on their way."""

import sqlalchemy as sa
from alembic import op

revision = "0022_identity_provider"
down_revision = "0020_finance"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("issuer", sa.String(400)))
    op.add_column("account", sa.Column("subject", sa.String(255)))
    op.add_column("account_session", sa.Column("provider_session", sa.String(255)))
    op.create_index("account_session_by_provider", "account_session", ["provider_session"])
    op.create_table(
        "pending_sign_in",
        sa.Column("state_hash", sa.String(64), primary_key=True),
        sa.Column("browser_hash", sa.String(64), nullable=False),
        sa.Column("goal", sa.String(2000), nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("pending_sign_in_by_expiry", "pending_sign_in", ["expires_at"])


def downgrade() -> None:
    op.drop_table("pending_sign_in")
    op.drop_index("account_session_by_provider", "account_session")
    op.drop_column("account_session", "provider_session")
    op.drop_column("account", "subject")
    op.drop_column("account", "issuer")
