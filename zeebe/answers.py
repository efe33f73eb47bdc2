"""What an engine answers to commands, free of the wire's types."""

from dataclasses import dataclass, field

from zeebe.job import Variables


@dataclass(frozen=True, slots=True)
class Resource:
    """A BPMN, DMN or form file; the ending of its name tells which."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class DeployedProcess:
    bpmn_process_id: str
    version: int
    process_definition_key: int
    resource_name: str


@dataclass(frozen=True, slots=True)
class DeployedDecision:
    decision_id: str
    decision_name: str
    version: int
    decision_key: int
    decision_requirements_id: str
    decision_requirements_key: int


@dataclass(frozen=True, slots=True)
class DeployedDecisionRequirements:
    decision_requirements_id: str
    decision_requirements_name: str
    version: int
    decision_requirements_key: int
    resource_name: str


@dataclass(frozen=True, slots=True)
class DeployedForm:
    form_id: str
    version: int
    form_key: int
    resource_name: str


@dataclass(frozen=True, slots=True)
class Deployment:
    """What became of the resources of one deployment; an unchanged file keeps its version."""

    key: int
    processes: tuple[DeployedProcess, ...] = ()
    decisions: tuple[DeployedDecision, ...] = ()
    decision_requirements: tuple[DeployedDecisionRequirements, ...] = ()
    forms: tuple[DeployedForm, ...] = ()


@dataclass(frozen=True, slots=True)
class ProcessInstance:
    process_instance_key: int
    process_definition_key: int
    bpmn_process_id: str
    version: int


@dataclass(frozen=True, slots=True)
class ProcessInstanceResult:
    """A process instance that ran to its end."""

    process_instance_key: int
    process_definition_key: int
    bpmn_process_id: str
    version: int
    variables: Variables


@dataclass(frozen=True, slots=True)
class MatchedRule:
    rule_id: str
    rule_index: int
    # (output id, output name, value as JSON text)
    outputs: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class EvaluatedDecision:
    decision_id: str
    decision_key: int
    decision_type: str
    # JSON text.
    output: str
    # (input id, input name, value as JSON text)
    inputs: tuple[tuple[str, str, str], ...]
    matched_rules: tuple[MatchedRule, ...]


@dataclass(frozen=True, slots=True)
class DecisionEvaluation:
    """The outcome of a decision, or why it has none: `failure_message` is empty on success."""

    decision_id: str
    decision_key: int
    decision_version: int
    # JSON text.
    output: str
    evaluated: tuple[EvaluatedDecision, ...] = ()
    failed_decision_id: str = ""
    failure_message: str = ""


@dataclass(frozen=True, slots=True)
class PartitionHealth:
    partition_id: int
    is_leader: bool
    is_healthy: bool


@dataclass(frozen=True, slots=True)
class Broker:
    node_id: int
    host: str
    port: int
    version: str
    partitions: tuple[PartitionHealth, ...]


@dataclass(frozen=True, slots=True)
class Topology:
    gateway_version: str
    partitions_count: int
    brokers: tuple[Broker, ...]

    @property
    def is_healthy(self) -> bool:
        """Whether every partition has a healthy leader."""
        led = {p.partition_id for broker in self.brokers for p in broker.partitions if p.is_leader and p.is_healthy}
        return len(led) == self.partitions_count


@dataclass(frozen=True, slots=True)
class ActivateInstruction:
    """Where a modification puts a new token; variables by scope, "" being the element's own."""

    element_id: str
    ancestor_element_instance_key: int = 0
    variables: dict[str, Variables] = field(default_factory=dict)
