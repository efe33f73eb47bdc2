"""How many mails a sender had sent when one was held back, as a number of its own and no longer inside a sentence."""

import sqlalchemy as sa
from alembic import op

revision = "0046_mail_received_lately"
down_revision = "0040_own_crm_edits"
branch_labels = None
depends_on = None

SENTENCE = " mails of this sender within an hour"
received = sa.table(
    "mail_received",
    sa.column("number", sa.Integer()),
    sa.column("verdict", sa.String()),
    sa.column("detail", sa.String()),
    sa.column("lately", sa.Integer()),
)


def upgrade() -> None:
    op.add_column("mail_received", sa.Column("lately", sa.Integer(), nullable=False, server_default="0"))
    columns, connection = received.c, op.get_bind()
    held = sa.select(columns.number, columns.detail).where(columns.verdict == "held", columns.detail.endswith(SENTENCE))
    for number, detail in connection.execute(held).all():
        count = detail.removesuffix(SENTENCE)
        if count.isascii() and count.isdigit() and len(count) < 10:
            connection.execute(received.update().where(columns.number == number).values(lately=int(count), detail=""))


def downgrade() -> None:
    columns = received.c
    sentence = sa.cast(columns.lately, sa.String()) + SENTENCE
    op.execute(received.update().where(columns.lately > 0).values(detail=sentence))
    op.drop_column("mail_received", "lately")
