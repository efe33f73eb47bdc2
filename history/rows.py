"""One row of each read model while a batch works on it; the fields are the table's columns, in the table's order."""

import msgspec


class Row(msgspec.Struct, gc=False):
    """Changed in place by the rules in `history.projections`, then written as a whole."""


class ProcessDefinitionRow(Row):
    key: int
    tenant_id: str
    bpmn_process_id: str
    version: int
    name: str
    resource_name: str
    checksum: str
    xml: str
    deployed_at: int
    deleted_at: int | None = None


class ProcessElementRow(Row):
    process_definition_key: int
    element_id: str
    ordinal: int
    element_type: str
    name: str
    scope_id: str
    source_id: str
    target_id: str


class DecisionRequirementsRow(Row):
    key: int
    tenant_id: str
    decision_requirements_id: str
    version: int
    name: str
    resource_name: str
    xml: str
    deployed_at: int
    deleted_at: int | None = None


class DecisionRow(Row):
    key: int
    tenant_id: str
    decision_id: str
    version: int
    name: str
    decision_requirements_key: int
    decision_requirements_id: str
    deployed_at: int
    deleted_at: int | None = None


class FormRow(Row):
    key: int
    tenant_id: str
    form_id: str
    version: int
    resource_name: str
    document: str
    deployed_at: int
    deleted_at: int | None = None


class ProcessInstanceRow(Row):
    key: int
    tenant_id: str
    bpmn_process_id: str
    process_definition_key: int
    version: int
    state: str
    started_at: int
    ended_at: int | None
    started_position: int
    ended_position: int | None
    parent_process_instance_key: int | None
    parent_element_instance_key: int | None
    root_process_instance_key: int
    incident_count: int = 0
    tree_incident_count: int = 0


class ElementInstanceRow(Row):
    key: int
    tenant_id: str
    process_instance_key: int
    process_definition_key: int
    bpmn_process_id: str
    element_id: str
    element_type: str
    flow_scope_key: int
    state: str
    started_at: int
    ended_at: int | None
    started_position: int
    ended_position: int | None
    incident_count: int = 0


class JobRow(Row):
    key: int
    tenant_id: str
    type: str
    kind: str
    state: str
    retries: int
    worker: str
    deadline: int | None
    error_message: str
    error_code: str
    headers: str
    process_instance_key: int
    process_definition_key: int
    bpmn_process_id: str
    element_instance_key: int
    element_id: str
    created_at: int
    activated_at: int | None = None
    activations: int = 0
    ended_at: int | None = None


class UserTaskRow(Row):
    key: int
    tenant_id: str
    state: str
    name: str
    element_id: str
    element_instance_key: int
    bpmn_process_id: str
    process_definition_key: int
    process_version: int
    process_instance_key: int
    assignee: str
    candidate_groups: str
    candidate_users: str
    due_at: int
    follow_up_at: int
    form_key: int | None
    external_form_reference: str
    headers: str
    action: str
    created_at: int
    ended_at: int | None
    created_position: int
    ended_position: int | None
    search_text: str


class UserTaskCandidateRow(Row):
    user_task_key: int
    kind: str
    name: str
    tenant_id: str


class IncidentRow(Row):
    key: int
    tenant_id: str
    state: str
    error_type: str
    error_message: str
    process_instance_key: int
    process_definition_key: int
    bpmn_process_id: str
    element_instance_key: int
    element_id: str
    job_key: int | None
    created_at: int
    resolved_at: int | None
    created_position: int
    resolved_position: int | None


class VariableRow(Row):
    key: int
    tenant_id: str
    name: str
    value: str
    value_start: str
    scope_key: int
    process_instance_key: int
    process_definition_key: int
    bpmn_process_id: str
    created_at: int
    updated_at: int
    updated_position: int


class VariableHistoryRow(Row):
    variable_key: int
    position: int
    tenant_id: str
    name: str
    value: str
    scope_key: int
    process_instance_key: int
    set_at: int
    replaced_at: int
    replaced_position: int


class DecisionEvaluationRow(Row):
    key: int
    tenant_id: str
    state: str
    decision_key: int
    decision_id: str
    decision_name: str
    decision_version: int
    decision_requirements_key: int
    process_instance_key: int | None
    process_definition_key: int | None
    element_instance_key: int | None
    element_id: str
    output: str
    failure_message: str
    failed_decision_id: str
    evaluated_decisions: str
    variables: str
    evaluated_at: int


class InstanceEventRow(Row):
    partition_id: int
    position: int
    tenant_id: str
    process_instance_key: int
    kind: str
    element_instance_key: int | None
    element_id: str
    detail: str
    happened_at: int


class WaitingRow(Row):
    kind: str
    key: int
    tenant_id: str
    process_instance_key: int
    element_instance_key: int
    element_id: str
    name: str
    correlation_key: str
    due_at: int | None
    since: int
