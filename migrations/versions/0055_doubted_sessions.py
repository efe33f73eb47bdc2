"""Since when a session is in doubt: the identity provider told of another one of the same person's."""

import sqlalchemy as sa
from alembic import op

revision = "0055_doubted_sessions"
down_revision = "0054_never_replaced"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account_session", sa.Column("doubted_at", sa.BigInteger))


def downgrade() -> None:
    op.drop_column("account_session", "doubted_at")
