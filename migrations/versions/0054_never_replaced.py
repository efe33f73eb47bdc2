"""On SQLite nothing that a locked month or the audit log keeps is replaced by a row with the same key."""

from alembic import op

from services.audit.tables import REFUSAL
from services.finance.lock_triggers import statements

revision = "0054_never_replaced"
down_revision = "0050_tenants_everywhere"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    for statement in statements("sqlite"):
        connection.exec_driver_sql(statement)
    op.execute(
        "CREATE TRIGGER audit_entry_no_replace BEFORE INSERT ON audit_entry WHEN EXISTS (SELECT 1 FROM audit_entry "
        f"WHERE sequence = NEW.sequence OR NEW.rowid > 0 AND rowid = NEW.rowid) BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )


def downgrade() -> None:
    """They hold for every version."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_entry_no_replace")
