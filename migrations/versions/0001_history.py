"""The read models."""

import sqlalchemy as sa
from alembic import op

revision = "0001_history"
down_revision = None
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "decision",
        sa.Column("key", LONG, autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("decision_requirements_key", LONG, nullable=False),
        sa.Column("decision_requirements_id", sa.Text(), nullable=False),
        sa.Column("deployed_at", LONG, nullable=False),
        sa.Column("deleted_at", LONG, nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_decision_id", "decision", ["tenant_id", "decision_id", "version"], unique=False)
    op.create_table(
        "decision_evaluation",
        sa.Column("key", LONG, autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decision_key", LONG, nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("decision_name", sa.Text(), nullable=False),
        sa.Column("decision_version", sa.Integer(), nullable=False),
        sa.Column("decision_requirements_key", LONG, nullable=False),
        sa.Column("process_instance_key", LONG, nullable=True),
        sa.Column("process_definition_key", LONG, nullable=True),
        sa.Column("element_instance_key", LONG, nullable=True),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("output", sa.Text(), nullable=False),
        sa.Column("failure_message", sa.Text(), nullable=False),
        sa.Column("failed_decision_id", sa.Text(), nullable=False),
        sa.Column("evaluated_decisions", sa.Text(), nullable=False),
        sa.Column("variables", sa.Text(), nullable=False),
        sa.Column("evaluated_at", LONG, nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(
        "ix_decision_evaluation_decision",
        "decision_evaluation",
        ["tenant_id", "decision_id", "evaluated_at", "key"],
        unique=False,
    )
    op.create_index("ix_decision_evaluation_process_instance", "decision_evaluation", ["process_instance_key"], unique=False)
    op.create_table(
        "decision_requirements",
        sa.Column("key", LONG, autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("decision_requirements_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("resource_name", sa.Text(), nullable=False),
        sa.Column("xml", sa.Text(), nullable=False),
        sa.Column("deployed_at", LONG, nullable=False),
        sa.Column("deleted_at", LONG, nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(
        "ix_decision_requirements_id",
        "decision_requirements",
        ["tenant_id", "decision_requirements_id", "version"],
        unique=False,
    )
    op.create_table(
        "element_instance",
        sa.Column("key", LONG, autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("process_instance_key", LONG, nullable=False),
        sa.Column("process_definition_key", LONG, nullable=False),
        sa.Column("bpmn_process_id", sa.Text(), nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("element_type", sa.Text(), nullable=False),
        sa.Column("flow_scope_key", LONG, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", LONG, nullable=False),
        sa.Column("ended_at", LONG, nullable=True),
        sa.Column("started_position", LONG, nullable=False),
        sa.Column("ended_position", LONG, nullable=True),
        sa.Column("incident_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(
        "ix_element_instance_active",
        "element_instance",
        ["process_definition_key", "element_id", "element_type", "incident_count", "state"],
        unique=False,
        sqlite_where=sa.text("state = 'ACTIVE'"),
        postgresql_where=sa.text("state = 'ACTIVE'"),
    )
    op.create_index(
        "ix_element_instance_process_instance", "element_instance", ["process_instance_key", "started_position"], unique=False
    )
    op.create_table(
        "form",
        sa.Column("key", LONG, autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("resource_name", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("deployed_at", LONG, nullable=False),
        sa.Column("deleted_at", LONG, nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_form_id", "form", ["tenant_id", "form_id", "version"], unique=False)
    op.create_table(
        "heat_map",
        sa.Column("process_definition_key", LONG, autoincrement=False, nullable=False),
        sa.Column("element_id", sa.String(), nullable=False),
        sa.Column("element_type", sa.String(), nullable=False),
        sa.Column("hour", LONG, autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("entered", LONG, nullable=False),
        sa.Column("completed", LONG, nullable=False),
        sa.Column("terminated", LONG, nullable=False),
        sa.Column("incidents", LONG, nullable=False),
        sa.Column("completed_ms", LONG, nullable=False),
        sa.PrimaryKeyConstraint("process_definition_key", "element_id", "element_type", "hour"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_heat_map_hour", "heat_map", ["tenant_id", "element_type", "hour"], unique=False)
    op.create_table(
        "heat_map_duration",
        sa.Column("process_definition_key", LONG, autoincrement=False, nullable=False),
        sa.Column("element_id", sa.String(), nullable=False),
        sa.Column("element_type", sa.String(), nullable=False),
        sa.Column("hour", LONG, autoincrement=False, nullable=False),
        sa.Column("bucket", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("count", LONG, nullable=False),
        sa.PrimaryKeyConstraint("process_definition_key", "element_id", "element_type", "hour", "bucket"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "heat_map_flow",
        sa.Column("process_definition_key", LONG, autoincrement=False, nullable=False),
        sa.Column("element_id", sa.String(), nullable=False),
        sa.Column("hour", LONG, autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("taken", LONG, nullable=False),
        sa.PrimaryKeyConstraint("process_definition_key", "element_id", "hour"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "incident",
        sa.Column("key", LONG, autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("error_type", sa.Text(), nullable=False),
        sa.Column("error_message", sa.Text(), nullable=False),
        sa.Column("process_instance_key", LONG, nullable=False),
        sa.Column("process_definition_key", LONG, nullable=False),
        sa.Column("bpmn_process_id", sa.Text(), nullable=False),
        sa.Column("element_instance_key", LONG, nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("job_key", LONG, nullable=True),
        sa.Column("created_at", LONG, nullable=False),
        sa.Column("resolved_at", LONG, nullable=True),
        sa.Column("created_position", LONG, nullable=False),
        sa.Column("resolved_position", LONG, nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_incident_process_instance", "incident", ["process_instance_key", "state"], unique=False)
    op.create_index("ix_incident_state", "incident", ["tenant_id", "state", "created_at", "key"], unique=False)
    op.create_table(
        "instance_event",
        sa.Column("partition_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", LONG, autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("process_instance_key", LONG, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("element_instance_key", LONG, nullable=True),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("happened_at", LONG, nullable=False),
        sa.PrimaryKeyConstraint("partition_id", "position"),
    )
    op.create_index("ix_instance_event_process_instance", "instance_event", ["process_instance_key"], unique=False)
    op.create_table(
        "job",
        sa.Column("key", LONG, autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("deadline", LONG, nullable=True),
        sa.Column("error_message", sa.Text(), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("process_instance_key", LONG, nullable=False),
        sa.Column("process_definition_key", LONG, nullable=False),
        sa.Column("bpmn_process_id", sa.Text(), nullable=False),
        sa.Column("element_instance_key", LONG, nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("created_at", LONG, nullable=False),
        sa.Column("activated_at", LONG, nullable=True),
        sa.Column("activations", sa.Integer(), nullable=False),
        sa.Column("ended_at", LONG, nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_job_process_instance", "job", ["process_instance_key"], unique=False)
    op.create_table(
        "process_definition",
        sa.Column("key", LONG, autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("bpmn_process_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("resource_name", sa.Text(), nullable=False),
        sa.Column("checksum", sa.Text(), nullable=False),
        sa.Column("xml", sa.Text(), nullable=False),
        sa.Column("deployed_at", LONG, nullable=False),
        sa.Column("deleted_at", LONG, nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_process_definition_id", "process_definition", ["tenant_id", "bpmn_process_id", "version"], unique=False)
    op.create_table(
        "process_element",
        sa.Column("process_definition_key", LONG, autoincrement=False, nullable=False),
        sa.Column("element_id", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("element_type", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope_id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("target_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("process_definition_key", "element_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "process_instance",
        sa.Column("key", LONG, autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("bpmn_process_id", sa.Text(), nullable=False),
        sa.Column("process_definition_key", LONG, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", LONG, nullable=False),
        sa.Column("ended_at", LONG, nullable=True),
        sa.Column("started_position", LONG, nullable=False),
        sa.Column("ended_position", LONG, nullable=True),
        sa.Column("parent_process_instance_key", LONG, nullable=True),
        sa.Column("parent_element_instance_key", LONG, nullable=True),
        sa.Column("root_process_instance_key", LONG, nullable=False),
        sa.Column("incident_count", sa.Integer(), nullable=False),
        sa.Column("tree_incident_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(
        "ix_process_instance_active",
        "process_instance",
        ["process_definition_key", "tree_incident_count", "state", "tenant_id"],
        unique=False,
        sqlite_where=sa.text("state = 'ACTIVE'"),
        postgresql_where=sa.text("state = 'ACTIVE'"),
    )
    op.create_index(
        "ix_process_instance_incidents",
        "process_instance",
        ["tenant_id", "started_at", "key", "state", "tree_incident_count"],
        unique=False,
        sqlite_where=sa.text("tree_incident_count > 0"),
        postgresql_where=sa.text("tree_incident_count > 0"),
    )
    op.create_index(
        "ix_process_instance_parent",
        "process_instance",
        ["parent_process_instance_key"],
        unique=False,
        sqlite_where=sa.text("parent_process_instance_key IS NOT NULL"),
        postgresql_where=sa.text("parent_process_instance_key IS NOT NULL"),
    )
    op.create_index(
        "ix_process_instance_process", "process_instance", ["tenant_id", "bpmn_process_id", "started_at", "key"], unique=False
    )
    op.create_index("ix_process_instance_started", "process_instance", ["tenant_id", "started_at", "key"], unique=False)
    op.create_index("ix_process_instance_state", "process_instance", ["tenant_id", "state", "started_at", "key"], unique=False)
    op.create_table(
        "projection",
        sa.Column("partition_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", LONG, nullable=False),
        sa.Column("timestamp", LONG, nullable=False),
        sa.PrimaryKeyConstraint("partition_id"),
    )
    op.create_table(
        "projection_topic",
        sa.Column("partition_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("position", LONG, nullable=False),
        sa.PrimaryKeyConstraint("partition_id", "topic"),
    )
    op.create_table(
        "sequence_flow",
        sa.Column("process_instance_key", LONG, autoincrement=False, nullable=False),
        sa.Column("element_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("last_taken_at", LONG, nullable=False),
        sa.PrimaryKeyConstraint("process_instance_key", "element_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "user_task",
        sa.Column("key", LONG, autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("element_instance_key", LONG, nullable=False),
        sa.Column("bpmn_process_id", sa.Text(), nullable=False),
        sa.Column("process_definition_key", LONG, nullable=False),
        sa.Column("process_version", sa.Integer(), nullable=False),
        sa.Column("process_instance_key", LONG, nullable=False),
        sa.Column("assignee", sa.Text(), nullable=False),
        sa.Column("candidate_groups", sa.Text(), nullable=False),
        sa.Column("candidate_users", sa.Text(), nullable=False),
        sa.Column("due_at", LONG, nullable=False),
        sa.Column("follow_up_at", LONG, nullable=False),
        sa.Column("form_key", LONG, nullable=True),
        sa.Column("external_form_reference", sa.Text(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("created_at", LONG, nullable=False),
        sa.Column("ended_at", LONG, nullable=True),
        sa.Column("created_position", LONG, nullable=False),
        sa.Column("ended_position", LONG, nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_user_task_assignee", "user_task", ["tenant_id", "state", "assignee", "created_at", "key"], unique=False)
    op.create_index("ix_user_task_created", "user_task", ["tenant_id", "state", "created_at", "key"], unique=False)
    op.create_index("ix_user_task_due", "user_task", ["tenant_id", "state", "due_at", "key"], unique=False)
    op.create_index("ix_user_task_follow_up", "user_task", ["tenant_id", "state", "follow_up_at", "key"], unique=False)
    op.create_index("ix_user_task_process_instance", "user_task", ["process_instance_key"], unique=False)
    op.create_table(
        "user_task_candidate",
        sa.Column("user_task_key", LONG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("user_task_key", "kind", "name"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_user_task_candidate_name", "user_task_candidate", ["tenant_id", "kind", "name", "user_task_key"], unique=False
    )
    op.create_table(
        "variable",
        sa.Column("key", LONG, autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("value_start", sa.String(length=100), nullable=False),
        sa.Column("scope_key", LONG, nullable=False),
        sa.Column("process_instance_key", LONG, nullable=False),
        sa.Column("process_definition_key", LONG, nullable=False),
        sa.Column("bpmn_process_id", sa.Text(), nullable=False),
        sa.Column("created_at", LONG, nullable=False),
        sa.Column("updated_at", LONG, nullable=False),
        sa.Column("updated_position", LONG, nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_variable_process_instance", "variable", ["process_instance_key", "name"], unique=False)
    op.create_index("ix_variable_value", "variable", ["name", "value_start", "tenant_id", "process_instance_key"], unique=False)
    op.create_table(
        "variable_history",
        sa.Column("variable_key", LONG, autoincrement=False, nullable=False),
        sa.Column("position", LONG, autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("scope_key", LONG, nullable=False),
        sa.Column("process_instance_key", LONG, nullable=False),
        sa.Column("set_at", LONG, nullable=False),
        sa.Column("replaced_at", LONG, nullable=False),
        sa.Column("replaced_position", LONG, nullable=False),
        sa.PrimaryKeyConstraint("variable_key", "position"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_variable_history_process_instance", "variable_history", ["process_instance_key", "name"], unique=False)
    op.create_table(
        "waiting",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", LONG, autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("process_instance_key", LONG, nullable=False),
        sa.Column("element_instance_key", LONG, nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("correlation_key", sa.Text(), nullable=False),
        sa.Column("due_at", LONG, nullable=True),
        sa.Column("since", LONG, nullable=False),
        sa.PrimaryKeyConstraint("kind", "key"),
    )
    op.create_index("ix_waiting_process_instance", "waiting", ["process_instance_key"], unique=False)


def downgrade() -> None:
    op.drop_table("waiting")
    op.drop_table("variable_history")
    op.drop_table("variable")
    op.drop_table("user_task_candidate")
    op.drop_table("user_task")
    op.drop_table("sequence_flow")
    op.drop_table("projection_topic")
    op.drop_table("projection")
    op.drop_table("process_instance")
    op.drop_table("process_element")
    op.drop_table("process_definition")
    op.drop_table("job")
    op.drop_table("instance_event")
    op.drop_table("incident")
    op.drop_table("heat_map_flow")
    op.drop_table("heat_map_duration")
    op.drop_table("heat_map")
    op.drop_table("form")
    op.drop_table("element_instance")
    op.drop_table("decision_requirements")
    op.drop_table("decision_evaluation")
    op.drop_table("decision")
