"""Directories: entries, who filled their fields, and the keys of writes."""

import sqlalchemy as sa
from alembic import op

revision = "0013_directories"
down_revision = "0010_notifications"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "directory_entry",
        sa.Column("entry_id", sa.String(64), primary_key=True),
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("parent_id", sa.String(64), sa.ForeignKey("directory_entry.entry_id")),
        sa.Column("owner", sa.String(200)),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.Column("context", sa.Text()),
        sa.Column("merged_into", sa.String(64), sa.ForeignKey("directory_entry.entry_id")),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("directory_entry_by_parent", "directory_entry", ["tenant_id", "parent_id"])
    op.create_table(
        "directory_field_origin",
        sa.Column(
            "entry_id", sa.String(64), sa.ForeignKey("directory_entry.entry_id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("field", sa.String(40), primary_key=True),
        sa.Column("origin", sa.String(20), nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "directory_write_key",
        sa.Column("tenant_id", sa.String(255), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    for table in ("directory_write_key", "directory_field_origin", "directory_entry"):
        op.drop_table(table)
