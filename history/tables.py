"""The read models: one table per noun that pages, reports and heat maps speak of.

Keys are the engine's own, moments are milliseconds since 1970 (UTC), documents are text as the engine wrote them. Nothing here
refers to a row of another table by constraint: each row is written from one record, and records of several partitions arrive
in any order. Tables of rows hold what is; `heat_map*`, `sequence_flow` and `projection_topic` are sums that a batch adds to.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text, literal_column, text

metadata = MetaData()

# SQLite gives a table its fast row number as key only when the type is spelled INTEGER.
Long = BigInteger().with_variant(Integer(), "sqlite")

# A moment that never comes. It sorts after every other, so lists by due date need no rule for missing ones.
NEVER = 2**63 - 1

# How much of a variable's value can be searched through an index.
SEARCHABLE_CHARS = 100


def _tenant() -> Column[str]:
    return Column("tenant_id", String, nullable=False)


def _key() -> Column[int]:
    return Column("key", Long, primary_key=True, autoincrement=False)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _long(name: str) -> Column[int]:
    return Column(name, Long, nullable=False)


def _maybe(name: str) -> Column[int | None]:
    return Column(name, Long, nullable=True)


def _partial(name: str, *columns: str, where: str) -> Index:
    """An index of those rows only that a condition names."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


projection = Table(
    "projection",
    metadata,
    Column("partition_id", Integer, primary_key=True, autoincrement=False),
    _long("position"),
    # The timestamp of the newest applied record: how far behind the clock the read models are.
    _long("timestamp"),
)

projection_topic = Table(
    "projection_topic",
    metadata,
    Column("partition_id", Integer, primary_key=True, autoincrement=False),
    Column("topic", String, primary_key=True),
    _long("position"),
)

process_definition = Table(
    "process_definition",
    metadata,
    _key(),
    _tenant(),
    _text("bpmn_process_id"),
    Column("version", Integer, nullable=False),
    _text("name"),
    _text("resource_name"),
    _text("checksum"),
    _text("xml"),
    _long("deployed_at"),
    _maybe("deleted_at"),
    Index("ix_process_definition_id", "tenant_id", "bpmn_process_id", "version"),
)

# What a modeller named: elements and sequence flows of each process definition, in document order.
process_element = Table(
    "process_element",
    metadata,
    Column("process_definition_key", Long, primary_key=True, autoincrement=False),
    Column("element_id", String, primary_key=True),
    Column("ordinal", Integer, nullable=False),
    _text("element_type"),
    _text("name"),
    _text("scope_id"),
    _text("source_id"),
    _text("target_id"),
    sqlite_with_rowid=False,
)

decision_requirements = Table(
    "decision_requirements",
    metadata,
    _key(),
    _tenant(),
    _text("decision_requirements_id"),
    Column("version", Integer, nullable=False),
    _text("name"),
    _text("resource_name"),
    _text("xml"),
    _long("deployed_at"),
    _maybe("deleted_at"),
    Index("ix_decision_requirements_id", "tenant_id", "decision_requirements_id", "version"),
)

decision = Table(
    "decision",
    metadata,
    _key(),
    _tenant(),
    _text("decision_id"),
    Column("version", Integer, nullable=False),
    _text("name"),
    _long("decision_requirements_key"),
    _text("decision_requirements_id"),
    _long("deployed_at"),
    _maybe("deleted_at"),
    Index("ix_decision_id", "tenant_id", "decision_id", "version"),
)

form = Table(
    "form",
    metadata,
    _key(),
    _tenant(),
    _text("form_id"),
    Column("version", Integer, nullable=False),
    _text("resource_name"),
    _text("document"),
    _long("deployed_at"),
    _maybe("deleted_at"),
    Index("ix_form_id", "tenant_id", "form_id", "version"),
)

process_instance = Table(
    "process_instance",
    metadata,
    _key(),
    _tenant(),
    _text("bpmn_process_id"),
    _long("process_definition_key"),
    Column("version", Integer, nullable=False),
    _text("state"),
    _long("started_at"),
    _maybe("ended_at"),
    _long("started_position"),
    _maybe("ended_position"),
    _maybe("parent_process_instance_key"),
    _maybe("parent_element_instance_key"),
    _long("root_process_instance_key"),
    # Open incidents of its own, and with those of all instances it called.
    Column("incident_count", Integer, nullable=False),
    Column("tree_incident_count", Integer, nullable=False),
    Index("ix_process_instance_started", "tenant_id", "started_at", "key"),
    Index("ix_process_instance_process", "tenant_id", "bpmn_process_id", "started_at", "key"),
    Index("ix_process_instance_state", "tenant_id", "state", "started_at", "key"),
    _partial(
        "ix_process_instance_incidents",
        *("tenant_id", "started_at", "key", "state", "tree_incident_count"),
        where="tree_incident_count > 0",
    ),
    # Counts of running instances, without a look at their rows.
    _partial(
        "ix_process_instance_active",
        *("process_definition_key", "tree_incident_count", "state", "tenant_id"),
        where="state = 'ACTIVE'",
    ),
    _partial("ix_process_instance_parent", "parent_process_instance_key", where="parent_process_instance_key IS NOT NULL"),
)

element_instance = Table(
    "element_instance",
    metadata,
    _key(),
    _tenant(),
    _long("process_instance_key"),
    _long("process_definition_key"),
    _text("bpmn_process_id"),
    _text("element_id"),
    _text("element_type"),
    _long("flow_scope_key"),
    _text("state"),
    _long("started_at"),
    _maybe("ended_at"),
    # Where in the log it started and ended: orders what happened within one millisecond.
    _long("started_position"),
    _maybe("ended_position"),
    Column("incident_count", Integer, nullable=False),
    Index("ix_element_instance_process_instance", "process_instance_key", "started_position"),
    # Where tokens are now, without a look at their rows.
    _partial(
        "ix_element_instance_active",
        *("process_definition_key", "element_id", "element_type", "incident_count", "state"),
        where="state = 'ACTIVE'",
    ),
)

# Conditions of the partial indexes above, spelled as these are: a bound value would hide that an index answers them.
RUNNING = process_instance.c.state == literal_column("'ACTIVE'")
STUCK = process_instance.c.tree_incident_count > literal_column("0")
HERE_NOW = element_instance.c.state == literal_column("'ACTIVE'")

sequence_flow = Table(
    "sequence_flow",
    metadata,
    Column("process_instance_key", Long, primary_key=True, autoincrement=False),
    Column("element_id", String, primary_key=True),
    _tenant(),
    Column("taken", Integer, nullable=False),
    _long("last_taken_at"),
    sqlite_with_rowid=False,
)

job = Table(
    "job",
    metadata,
    _key(),
    _tenant(),
    _text("type"),
    _text("kind"),
    _text("state"),
    Column("retries", Integer, nullable=False),
    _text("worker"),
    _maybe("deadline"),
    _text("error_message"),
    _text("error_code"),
    _text("headers"),
    _long("process_instance_key"),
    _long("process_definition_key"),
    _text("bpmn_process_id"),
    _long("element_instance_key"),
    _text("element_id"),
    _long("created_at"),
    _maybe("activated_at"),
    Column("activations", Integer, nullable=False),
    _maybe("ended_at"),
    Index("ix_job_process_instance", "process_instance_key"),
)

user_task = Table(
    "user_task",
    metadata,
    _key(),
    _tenant(),
    _text("state"),
    _text("name"),
    _text("element_id"),
    _long("element_instance_key"),
    _text("bpmn_process_id"),
    _long("process_definition_key"),
    Column("process_version", Integer, nullable=False),
    _long("process_instance_key"),
    _text("assignee"),
    # JSON arrays, for showing; `user_task_candidate` is for asking.
    _text("candidate_groups"),
    _text("candidate_users"),
    _long("due_at"),
    _long("follow_up_at"),
    _maybe("form_key"),
    _text("external_form_reference"),
    _text("headers"),
    _text("action"),
    _long("created_at"),
    _maybe("ended_at"),
    _long("created_position"),
    _maybe("ended_position"),
    # Lower case; what a search box looks through.
    _text("search_text"),
    Index("ix_user_task_created", "tenant_id", "state", "created_at", "key"),
    Index("ix_user_task_due", "tenant_id", "state", "due_at", "key"),
    Index("ix_user_task_follow_up", "tenant_id", "state", "follow_up_at", "key"),
    Index("ix_user_task_assignee", "tenant_id", "state", "assignee", "created_at", "key"),
    Index("ix_user_task_process_instance", "process_instance_key"),
)

user_task_candidate = Table(
    "user_task_candidate",
    metadata,
    Column("user_task_key", Long, primary_key=True, autoincrement=False),
    Column("kind", String, primary_key=True),
    Column("name", String, primary_key=True),
    _tenant(),
    Index("ix_user_task_candidate_name", "tenant_id", "kind", "name", "user_task_key"),
    sqlite_with_rowid=False,
)

incident = Table(
    "incident",
    metadata,
    _key(),
    _tenant(),
    _text("state"),
    _text("error_type"),
    _text("error_message"),
    _long("process_instance_key"),
    _long("process_definition_key"),
    _text("bpmn_process_id"),
    _long("element_instance_key"),
    _text("element_id"),
    _maybe("job_key"),
    _long("created_at"),
    _maybe("resolved_at"),
    _long("created_position"),
    _maybe("resolved_position"),
    Index("ix_incident_state", "tenant_id", "state", "created_at", "key"),
    Index("ix_incident_process_instance", "process_instance_key", "state"),
)

variable = Table(
    "variable",
    metadata,
    _key(),
    _tenant(),
    _text("name"),
    _text("value"),
    Column("value_start", String(SEARCHABLE_CHARS), nullable=False),
    _long("scope_key"),
    _long("process_instance_key"),
    _long("process_definition_key"),
    _text("bpmn_process_id"),
    _long("created_at"),
    _long("updated_at"),
    _long("updated_position"),
    Index("ix_variable_process_instance", "process_instance_key", "name"),
    Index("ix_variable_value", "name", "value_start", "tenant_id", "process_instance_key"),
)

# The values a variable had before its present one.
variable_history = Table(
    "variable_history",
    metadata,
    Column("variable_key", Long, primary_key=True, autoincrement=False),
    Column("position", Long, primary_key=True, autoincrement=False),
    _tenant(),
    _text("name"),
    _text("value"),
    _long("scope_key"),
    _long("process_instance_key"),
    _long("set_at"),
    _long("replaced_at"),
    _long("replaced_position"),
    Index("ix_variable_history_process_instance", "process_instance_key", "name"),
    sqlite_with_rowid=False,
)

decision_evaluation = Table(
    "decision_evaluation",
    metadata,
    _key(),
    _tenant(),
    _text("state"),
    _long("decision_key"),
    _text("decision_id"),
    _text("decision_name"),
    Column("decision_version", Integer, nullable=False),
    _long("decision_requirements_key"),
    _maybe("process_instance_key"),
    _maybe("process_definition_key"),
    _maybe("element_instance_key"),
    _text("element_id"),
    _text("output"),
    _text("failure_message"),
    _text("failed_decision_id"),
    # JSON: inputs, matched rules and outputs of every decision that was evaluated for this one.
    _text("evaluated_decisions"),
    _text("variables"),
    _long("evaluated_at"),
    Index("ix_decision_evaluation_process_instance", "process_instance_key"),
    Index("ix_decision_evaluation_decision", "tenant_id", "decision_id", "evaluated_at", "key"),
)

# What happened to an instance as a whole and left no row elsewhere: modified, migrated, a message came, an error was thrown.
instance_event = Table(
    "instance_event",
    metadata,
    Column("partition_id", Integer, primary_key=True, autoincrement=False),
    Column("position", Long, primary_key=True, autoincrement=False),
    _tenant(),
    _long("process_instance_key"),
    _text("kind"),
    _maybe("element_instance_key"),
    _text("element_id"),
    _text("detail"),
    _long("happened_at"),
    Index("ix_instance_event_process_instance", "process_instance_key"),
)

# What an element instance waits for: a timer, a message, a signal. Rows go when the wait is over.
waiting = Table(
    "waiting",
    metadata,
    Column("kind", String, primary_key=True),
    Column("key", Long, primary_key=True, autoincrement=False),
    _tenant(),
    _long("process_instance_key"),
    _long("element_instance_key"),
    _text("element_id"),
    _text("name"),
    _text("correlation_key"),
    _maybe("due_at"),
    _long("since"),
    Index("ix_waiting_process_instance", "process_instance_key"),
)

# Sums per element and hour. The hour is that of the counted event itself, so every number can be added up over any period.
heat_map = Table(
    "heat_map",
    metadata,
    Column("process_definition_key", Long, primary_key=True, autoincrement=False),
    Column("element_id", String, primary_key=True),
    Column("element_type", String, primary_key=True),
    Column("hour", Long, primary_key=True, autoincrement=False),
    _tenant(),
    _long("entered"),
    _long("completed"),
    _long("terminated"),
    _long("incidents"),
    _long("completed_ms"),
    Index("ix_heat_map_hour", "tenant_id", "element_type", "hour"),
    sqlite_with_rowid=False,
)

# How long completed elements took: counts per bucket of `history.durations`, by the hour of completion.
heat_map_duration = Table(
    "heat_map_duration",
    metadata,
    Column("process_definition_key", Long, primary_key=True, autoincrement=False),
    Column("element_id", String, primary_key=True),
    Column("element_type", String, primary_key=True),
    Column("hour", Long, primary_key=True, autoincrement=False),
    Column("bucket", Integer, primary_key=True, autoincrement=False),
    _tenant(),
    _long("count"),
    sqlite_with_rowid=False,
)

heat_map_flow = Table(
    "heat_map_flow",
    metadata,
    Column("process_definition_key", Long, primary_key=True, autoincrement=False),
    Column("element_id", String, primary_key=True),
    Column("hour", Long, primary_key=True, autoincrement=False),
    _tenant(),
    _long("taken"),
    sqlite_with_rowid=False,
)
