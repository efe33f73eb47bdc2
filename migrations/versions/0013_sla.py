"""Calendars, skills, and the clocks of promises with their history."""

import sqlalchemy as sa
from alembic import op

revision = "0011_sla"
down_revision = "0006_exported_records"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "sla_calendar",
        sa.Column("tenant_id", sa.String(100), primary_key=True),
        sa.Column("team", sa.String(100), primary_key=True),
        sa.Column("zone_name", sa.String(64), nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.String(64), nullable=False),
    )
    op.create_table(
        "sla_holiday",
        sa.Column("tenant_id", sa.String(100), primary_key=True),
        sa.Column("team", sa.String(100), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("hours", sa.String(200), nullable=False),
    )
    op.create_table(
        "sla_skill",
        sa.Column("tenant_id", sa.String(100), primary_key=True),
        sa.Column("username", sa.String(64), primary_key=True),
        sa.Column("skills", sa.Text(), nullable=False),
        sa.Column("away_until", sa.Date()),
    )
    op.create_table(
        "sla_clock",
        sa.Column("tenant_id", sa.String(100), primary_key=True),
        sa.Column("subject_id", sa.String(200), primary_key=True),
        sa.Column("subject_type", sa.String(100), nullable=False),
        sa.Column("subject", sa.String(500), nullable=False),
        sa.Column("team", sa.String(100), nullable=False),
        sa.Column("lead", sa.String(100), nullable=False),
        sa.Column("priority", sa.String(50), nullable=False),
        sa.Column("customer", sa.String(320), nullable=False),
        sa.Column("process_instance_key", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("reply_within", sa.BigInteger(), nullable=False),
        sa.Column("resolve_within", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("reply_due_at", sa.BigInteger()),
        sa.Column("resolve_due_at", sa.BigInteger()),
        sa.Column("replied_at", sa.BigInteger()),
        sa.Column("paused_at", sa.BigInteger()),
        sa.Column("pause_reason", sa.String(50), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("outcome", sa.String(100), nullable=False),
    )
    op.create_index("sla_clock_running", "sla_clock", ["tenant_id", "ended_at", "resolve_due_at"])
    op.create_table(
        "sla_pause",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("tenant_id", sa.String(100), nullable=False),
        sa.Column("subject_id", sa.String(200), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("reason", sa.String(50), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("started_by", sa.String(64), nullable=False),
        sa.Column("ended_by", sa.String(64), nullable=False),
    )
    op.create_index("sla_pause_of_subject", "sla_pause", ["tenant_id", "subject_id", "number"])
    op.create_table(
        "sla_target",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("tenant_id", sa.String(100), nullable=False),
        sa.Column("subject_id", sa.String(200), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(30), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("priority", sa.String(50), nullable=False),
        sa.Column("reply_due_at", sa.BigInteger()),
        sa.Column("resolve_due_at", sa.BigInteger()),
        sa.Column("old_priority", sa.String(50)),
        sa.Column("old_reply_due_at", sa.BigInteger()),
        sa.Column("old_resolve_due_at", sa.BigInteger()),
    )
    op.create_index("sla_target_of_subject", "sla_target", ["tenant_id", "subject_id", "number"])
    op.create_table(
        "sla_step",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("tenant_id", sa.String(100), nullable=False),
        sa.Column("subject_id", sa.String(200), nullable=False),
        sa.Column("request_id", sa.String(200), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("promise", sa.String(20), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.UniqueConstraint("tenant_id", "subject_id", "request_id", name="sla_step_once"),
    )
    op.create_table(
        "sla_change",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("tenant_id", sa.String(100), nullable=False),
        sa.Column("change_id", sa.String(200), nullable=False),
        sa.Column("subject_id", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(50), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("priority", sa.String(50), nullable=False),
        sa.Column("announced", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("tenant_id", "change_id", name="sla_change_once"),
    )
    op.create_index("sla_change_unannounced", "sla_change", ["tenant_id", "announced", "number"])


def downgrade() -> None:
    op.drop_table("sla_change")
    op.drop_table("sla_step")
    op.drop_table("sla_target")
    op.drop_table("sla_pause")
    op.drop_table("sla_clock")
    op.drop_table("sla_skill")
    op.drop_table("sla_holiday")
    op.drop_table("sla_calendar")
