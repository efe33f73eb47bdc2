"""What the read models take from a record's value, per value type, with its type checked.

Fields that Zeebe writes and nobody here reads are left out; those that a record of an older or newer engine may lack have a
default. A value that does not fit is an error of the record, not of the projection.
"""

from typing import Any

import msgspec

DEFAULT_TENANT = "<default>"


class Value(msgspec.Struct, frozen=True, rename="camel", kw_only=True, gc=False):
    tenant_id: str = DEFAULT_TENANT


class ProcessValue(Value, frozen=True, kw_only=True):
    process_definition_key: int
    bpmn_process_id: str
    version: int
    resource_name: str
    resource: str = ""
    checksum: str = ""


class DecisionRequirementsValue(Value, frozen=True, kw_only=True):
    decision_requirements_key: int
    decision_requirements_id: str
    decision_requirements_name: str = ""
    decision_requirements_version: int
    resource_name: str
    resource: str = ""


class DecisionValue(Value, frozen=True, kw_only=True):
    decision_key: int
    decision_id: str
    decision_name: str = ""
    version: int
    decision_requirements_id: str
    decision_requirements_key: int


class FormValue(Value, frozen=True, kw_only=True):
    form_key: int
    form_id: str
    version: int
    resource_name: str
    resource: str = ""


class ProcessInstanceValue(Value, frozen=True, kw_only=True):
    bpmn_process_id: str
    version: int
    process_definition_key: int
    process_instance_key: int
    element_id: str
    bpmn_element_type: str
    flow_scope_key: int = -1
    parent_process_instance_key: int = -1
    parent_element_instance_key: int = -1


class JobValue(Value, frozen=True, kw_only=True):
    type: str
    retries: int
    worker: str = ""
    deadline: int = -1
    error_message: str = ""
    error_code: str = ""
    custom_headers: dict[str, str] = {}
    job_kind: str = "BPMN_ELEMENT"
    process_instance_key: int
    process_definition_key: int
    bpmn_process_id: str = ""
    element_instance_key: int
    element_id: str


class ActivatedJob(msgspec.Struct, frozen=True, rename="camel", kw_only=True, gc=False):
    deadline: int = -1
    worker: str = ""


class JobBatchValue(Value, frozen=True, kw_only=True):
    job_keys: list[int]
    jobs: list[ActivatedJob]


class UserTaskValue(Value, frozen=True, kw_only=True):
    element_id: str
    element_instance_key: int
    bpmn_process_id: str
    process_definition_key: int
    process_definition_version: int = 0
    process_instance_key: int
    assignee: str = ""
    candidate_groups_list: list[str] = []
    candidate_users_list: list[str] = []
    due_date: str = ""
    follow_up_date: str = ""
    form_key: int = -1
    external_form_reference: str = ""
    custom_headers: dict[str, str] = {}
    action: str = ""
    changed_attributes: list[str] = []


class IncidentValue(Value, frozen=True, kw_only=True):
    error_type: str
    error_message: str = ""
    process_instance_key: int
    process_definition_key: int
    bpmn_process_id: str = ""
    element_instance_key: int
    element_id: str
    job_key: int = -1


class VariableValue(Value, frozen=True, kw_only=True):
    name: str
    value: str
    scope_key: int
    process_instance_key: int
    process_definition_key: int
    bpmn_process_id: str = ""


class EvaluatedInputValue(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    input_id: str = ""
    input_name: str = ""
    input_value: str = "null"


class EvaluatedOutputValue(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    output_id: str = ""
    output_name: str = ""
    output_value: str = "null"


class MatchedRuleValue(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    rule_id: str = ""
    rule_index: int
    evaluated_outputs: list[EvaluatedOutputValue] = []


class EvaluatedDecisionValue(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    decision_key: int
    decision_id: str
    decision_name: str = ""
    decision_version: int = 1
    decision_type: str = ""
    decision_output: str = "null"
    evaluated_inputs: list[EvaluatedInputValue] = []
    matched_rules: list[MatchedRuleValue] = []


class DecisionEvaluationValue(Value, frozen=True, kw_only=True):
    decision_key: int
    decision_id: str
    decision_name: str = ""
    decision_version: int = 1
    decision_requirements_key: int = -1
    process_instance_key: int = -1
    process_definition_key: int = -1
    element_instance_key: int = -1
    element_id: str = ""
    decision_output: str = "null"
    evaluation_failure_message: str = ""
    failed_decision_id: str = ""
    variables: dict[str, Any] = {}
    evaluated_decisions: list[EvaluatedDecisionValue] = []


class TimerValue(Value, frozen=True, kw_only=True):
    target_element_id: str
    due_date: int
    process_instance_key: int = -1
    element_instance_key: int = -1


class MessageSubscriptionValue(Value, frozen=True, kw_only=True):
    """Of PROCESS_MESSAGE_SUBSCRIPTION: the waiting side of a message."""

    message_name: str
    correlation_key: str = ""
    interrupting: bool = True
    process_instance_key: int
    element_instance_key: int
    element_id: str = ""


class SignalSubscriptionValue(Value, frozen=True, kw_only=True):
    signal_name: str
    catch_event_id: str = ""
    catch_event_instance_key: int = -1


class EscalationValue(Value, frozen=True, kw_only=True):
    process_instance_key: int
    escalation_code: str = ""
    throw_element_id: str = ""
    catch_element_id: str = ""


class InstanceOperationValue(Value, frozen=True, kw_only=True):
    """Of PROCESS_INSTANCE_MODIFICATION and PROCESS_INSTANCE_MIGRATION."""

    process_instance_key: int
