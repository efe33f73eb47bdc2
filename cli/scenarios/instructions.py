"""The instructions of a test case, by the names and properties of Camunda's process-test JSON form (8.9).

Source: Camunda 8.9 documentation, "JSON test cases". What Zeebe 8.5 has no command for is named in `WITHOUT_ENGINE_SUPPORT`
and refused when a file is read, as is any property nobody knows: a misspelt one must not pass silently.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

type Values = dict[str, Any]

WITHOUT_ENGINE_SUPPORT = {
    "COMPLETE_JOB_AD_HOC_SUB_PROCESS": "Zeebe 8.5 has no ad-hoc sub-processes with jobs",
    "COMPLETE_JOB_USER_TASK_LISTENER": "Zeebe 8.5 has no user task listeners",
    "EVALUATE_CONDITIONAL_START_EVENT": "Zeebe 8.5 has no conditional start events",
}


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=False)


class Selector(Part):
    """Names something by the properties that are given; at least one must be."""

    @model_validator(mode="after")
    def _names_something(self) -> "Selector":
        if not any(value for _name, value in self):
            known = ", ".join(field.alias or name for name, field in type(self).model_fields.items())
            raise ValueError(f"names nothing; give at least one of {known}")
        return self


class ProcessDefinitionSelector(Selector):
    process_definition_id: str


class ProcessInstanceSelector(Selector):
    process_definition_id: str


class ElementSelector(Selector):
    element_id: str | None = None
    element_name: str | None = None


class JobSelector(Selector):
    job_type: str | None = None
    element_id: str | None = None
    process_definition_id: str | None = None


class UserTaskSelector(Selector):
    element_id: str | None = None
    task_name: str | None = None
    process_definition_id: str | None = None


class IncidentSelector(Selector):
    element_id: str | None = None
    process_definition_id: str | None = None


class MessageSelector(Selector):
    message_name: str
    correlation_key: str | None = None


class DecisionDefinitionSelector(Selector):
    decision_definition_id: str


class DecisionSelector(Selector):
    decision_definition_id: str | None = None
    decision_definition_name: str | None = None


class InstanceState(StrEnum):
    IS_ACTIVE = "IS_ACTIVE"
    IS_COMPLETED = "IS_COMPLETED"
    IS_CREATED = "IS_CREATED"
    IS_TERMINATED = "IS_TERMINATED"


class ElementsState(StrEnum):
    IS_ACTIVE = "IS_ACTIVE"
    IS_COMPLETED = "IS_COMPLETED"
    IS_TERMINATED = "IS_TERMINATED"
    IS_NOT_ACTIVE = "IS_NOT_ACTIVE"
    IS_NOT_ACTIVATED = "IS_NOT_ACTIVATED"
    IS_ACTIVE_EXACTLY = "IS_ACTIVE_EXACTLY"
    IS_COMPLETED_IN_ORDER = "IS_COMPLETED_IN_ORDER"


class StartInstruction(Part):
    element_id: str


class RuntimeInstruction(Part):
    type: Literal["TERMINATE_PROCESS_INSTANCE"]
    after_element_id: str

    @model_validator(mode="after")
    def _refuse(self) -> "RuntimeInstruction":
        raise ValueError("Zeebe 8.5 cannot terminate an instance after an element")


# What is done


class CreateProcessInstance(Part):
    type: Literal["CREATE_PROCESS_INSTANCE"]
    process_definition_selector: ProcessDefinitionSelector
    variables: Values = {}
    start_instructions: tuple[StartInstruction, ...] = ()
    runtime_instructions: tuple[RuntimeInstruction, ...] = ()


class PublishMessage(Part):
    type: Literal["PUBLISH_MESSAGE"]
    name: str
    correlation_key: str = ""
    variables: Values = {}
    time_to_live: int = Field(default=3_600_000, ge=0)
    message_id: str = ""


class CorrelateMessage(Part):
    type: Literal["CORRELATE_MESSAGE"]
    name: str
    correlation_key: str = ""
    variables: Values = {}


class BroadcastSignal(Part):
    type: Literal["BROADCAST_SIGNAL"]
    signal_name: str
    variables: Values = {}


class CompleteJob(Part):
    type: Literal["COMPLETE_JOB"]
    job_selector: JobSelector
    variables: Values = {}
    use_example_data: bool = False


class ThrowBpmnErrorFromJob(Part):
    type: Literal["THROW_BPMN_ERROR_FROM_JOB"]
    job_selector: JobSelector
    error_code: str
    error_message: str = ""
    variables: Values = {}


class CompleteUserTask(Part):
    type: Literal["COMPLETE_USER_TASK"]
    user_task_selector: UserTaskSelector
    variables: Values = {}
    use_example_data: bool = False


class EvaluateDecision(Part):
    type: Literal["EVALUATE_DECISION"]
    decision_definition_selector: DecisionDefinitionSelector
    variables: Values = {}


class IncreaseTime(Part):
    type: Literal["INCREASE_TIME"]
    duration: str


class SetTime(Part):
    type: Literal["SET_TIME"]
    time: str


class ResolveIncident(Part):
    type: Literal["RESOLVE_INCIDENT"]
    incident_selector: IncidentSelector


class UpdateVariables(Part):
    type: Literal["UPDATE_VARIABLES"]
    process_instance_selector: ProcessInstanceSelector
    variables: Values
    element_selector: ElementSelector | None = None


class MockChildProcess(Part):
    type: Literal["MOCK_CHILD_PROCESS"]
    process_definition_id: str
    variables: Values = {}


class MockDmnDecision(Part):
    type: Literal["MOCK_DMN_DECISION"]
    decision_definition_id: str
    variables: Values = {}


class MockJobWorkerCompleteJob(Part):
    type: Literal["MOCK_JOB_WORKER_COMPLETE_JOB"]
    job_type: str
    variables: Values = {}
    use_example_data: bool = False


class MockJobWorkerThrowBpmnError(Part):
    type: Literal["MOCK_JOB_WORKER_THROW_BPMN_ERROR"]
    job_type: str
    error_code: str
    error_message: str = ""
    variables: Values = {}


# What is asserted


class AssertProcessInstance(Part):
    type: Literal["ASSERT_PROCESS_INSTANCE"]
    process_instance_selector: ProcessInstanceSelector
    state: InstanceState | None = None
    has_active_incidents: bool | None = None


class AssertElementInstance(Part):
    type: Literal["ASSERT_ELEMENT_INSTANCE"]
    process_instance_selector: ProcessInstanceSelector
    element_selector: ElementSelector
    state: Literal["IS_ACTIVE", "IS_COMPLETED", "IS_TERMINATED"]
    amount: int = Field(default=1, ge=1)


class AssertElementInstances(Part):
    type: Literal["ASSERT_ELEMENT_INSTANCES"]
    process_instance_selector: ProcessInstanceSelector
    element_selectors: tuple[ElementSelector, ...]
    state: ElementsState


class AssertMessageSubscription(Part):
    type: Literal["ASSERT_PROCESS_INSTANCE_MESSAGE_SUBSCRIPTION"]
    process_instance_selector: ProcessInstanceSelector
    message_selector: MessageSelector
    state: Literal["IS_WAITING", "IS_NOT_WAITING", "IS_CORRELATED"]


class AssertUserTask(Part):
    type: Literal["ASSERT_USER_TASK"]
    user_task_selector: UserTaskSelector
    state: Literal["IS_CREATED", "IS_COMPLETED", "IS_CANCELED", "IS_FAILED"] | None = None
    assignee: str | None = None
    candidate_groups: tuple[str, ...] | None = None
    element_id: str | None = None
    name: str | None = None
    due_date: str | None = None
    follow_up_date: str | None = None
    priority: int | None = None

    @model_validator(mode="after")
    def _refuse_priority(self) -> "AssertUserTask":
        if self.priority is not None:
            raise ValueError("a user task of Zeebe 8.5 has no priority")
        return self


class AssertVariable(Part):
    type: Literal["ASSERT_VARIABLE"]
    process_instance_selector: ProcessInstanceSelector
    variable_name: str
    element_selector: ElementSelector | None = None
    satisfies_expression: str | None = None
    satisfies_judge: Any = None
    similar_to: Any = None

    @model_validator(mode="after")
    def _refuse_guesses(self) -> "AssertVariable":
        if self.satisfies_judge is not None or self.similar_to is not None:
            raise ValueError("satisfiesJudge and similarTo ask a language model; a scenario has none: use satisfiesExpression")
        return self


class AssertVariables(Part):
    type: Literal["ASSERT_VARIABLES"]
    process_instance_selector: ProcessInstanceSelector
    element_selector: ElementSelector | None = None
    variable_names: tuple[str, ...] = ()
    variables: Values = {}


class AssertDecision(Part):
    type: Literal["ASSERT_DECISION"]
    decision_selector: DecisionSelector
    output: Any = None
    matched_rules: tuple[int, ...] | None = None
    not_matched_rules: tuple[int, ...] | None = None
    no_matched_rules: bool = False

    @property
    def asks_for_output(self) -> bool:
        return "output" in self.model_fields_set


type Assertion = Annotated[
    AssertProcessInstance
    | AssertElementInstance
    | AssertElementInstances
    | AssertMessageSubscription
    | AssertUserTask
    | AssertVariable
    | AssertVariables
    | AssertDecision,
    Field(discriminator="type"),
]

type Action = Annotated[
    CreateProcessInstance
    | PublishMessage
    | CorrelateMessage
    | BroadcastSignal
    | CompleteJob
    | ThrowBpmnErrorFromJob
    | CompleteUserTask
    | EvaluateDecision
    | IncreaseTime
    | SetTime
    | ResolveIncident
    | UpdateVariables
    | MockChildProcess
    | MockDmnDecision
    | MockJobWorkerCompleteJob
    | MockJobWorkerThrowBpmnError,
    Field(discriminator="type"),
]


class ConditionalBehavior(Part):
    """Whenever all conditions hold, the next action is done; the last one again and again."""

    type: Literal["CONDITIONAL_BEHAVIOR"]
    conditions: tuple[Assertion, ...] = Field(min_length=1)
    actions: tuple[Action, ...] = Field(min_length=1)
    name: str = ""


type Instruction = Annotated[
    CreateProcessInstance
    | PublishMessage
    | CorrelateMessage
    | BroadcastSignal
    | CompleteJob
    | ThrowBpmnErrorFromJob
    | CompleteUserTask
    | EvaluateDecision
    | IncreaseTime
    | SetTime
    | ResolveIncident
    | UpdateVariables
    | MockChildProcess
    | MockDmnDecision
    | MockJobWorkerCompleteJob
    | MockJobWorkerThrowBpmnError
    | AssertProcessInstance
    | AssertElementInstance
    | AssertElementInstances
    | AssertMessageSubscription
    | AssertUserTask
    | AssertVariable
    | AssertVariables
    | AssertDecision
    | ConditionalBehavior,
    Field(discriminator="type"),
]
