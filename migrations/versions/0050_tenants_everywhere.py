"""Whose a correction, a classifier and an index entry are, and what is listed by tenant is found by it.

What was there before is the default tenant's: no other had any.
"""

import sqlalchemy as sa
from alembic import op

revision = "0050_tenants_everywhere"
down_revision = "0049_lock_triggers"
branch_labels = None
depends_on = None

OWNED = ("classification_correction", "classifier_version", "ticket_bucket")
INDEXES = {
    "account": ["tenant_id", "username"],
    "audit_entry": ["tenant_id", "sequence"],
    "background_task": ["tenant_id", "state", "ended_at"],
    "change_announcement": ["tenant_id", "number"],
    "classification_correction": ["tenant_id", "number"],
    "classifier_version": ["tenant_id", "number"],
    "finance_announcement": ["tenant_id", "number"],
}


def upgrade() -> None:
    for table in OWNED:
        op.add_column(table, sa.Column("tenant_id", sa.String(255), nullable=False, server_default="<default>"))
    for table, columns in INDEXES.items():
        op.create_index(f"{table}_by_tenant", table, columns)


def downgrade() -> None:
    for table in INDEXES:
        op.drop_index(f"{table}_by_tenant", table)
    for table in OWNED:
        op.drop_column(table, "tenant_id")
