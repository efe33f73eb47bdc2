"""The record log of a cluster and the audit log by months, on PostgreSQL. Rows stay where they are."""

from datetime import UTC, datetime

from alembic import op

from migrations.partitions import TABLES, divide

revision = "0032_monthly_partitions"
down_revision = "0031_ticket_search_words"
branch_labels = None
depends_on = None

INDEXES = {
    "exported_chunk": {},
    "audit_entry": {"audit_entry_actor": "actor, sequence", "audit_entry_at": "at"},
}
REFUSALS = (
    "CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE ON audit_entry "
    "FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse()",
    "CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()",
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    # The whole table hands this one down to its partitions, the first of which has it already.
    op.execute("DROP TRIGGER audit_entry_no_change ON audit_entry")
    for table in TABLES:
        divide(connection, table, INDEXES[table.table], datetime.now(UTC))
    for statement in REFUSALS:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        raise NotImplementedError("going back to whole tables is not offered: older code works with the divided ones")
