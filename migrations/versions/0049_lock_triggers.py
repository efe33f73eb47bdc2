"""The triggers of locked months as they are now: whoever would empty a table is told which month is locked, and by whom."""

from alembic import op

from services.finance.lock_triggers import statements

revision = "0049_lock_triggers"
down_revision = "0046_mail_received_lately"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    for statement in statements(connection.dialect.name):
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def downgrade() -> None:
    """They hold for every version, and replace themselves."""
