"""What a task or call activity does: its job, script, decision, user task, called process, mappings and loop."""

from collections.abc import Mapping

from engine.bpmn.expressions import optional, parse_expression, parse_when_reached
from engine.bpmn.model import (
    CalledDecision,
    CalledElement,
    Expression,
    JobDefinition,
    LoopCharacteristics,
    Script,
    UserTaskDefinition,
    VariableMapping,
)
from engine.bpmn.xml_tree import Node

USER_TASK_JOB_TYPE = "io.camunda.zeebe:userTask"
_DEFAULT_RETRIES = "3"
_USER_TASK_RETRIES = "1"


def job(node: Node) -> JobDefinition | None:
    definition = node.extension("taskDefinition")
    if node.name == "userTask":
        if node.extension("userTask") is not None:
            return None
        type_, retries = Expression(USER_TASK_JOB_TYPE), Expression(_USER_TASK_RETRIES)
        return JobDefinition(type_, retries, headers(node), _user_task(node))
    if definition is None:
        return None
    return JobDefinition(
        parse_expression(definition.get("type")),
        optional(definition.get("retries")) or Expression(_DEFAULT_RETRIES),
        headers(node),
    )


def listeners(node: Node, event: str) -> tuple[JobDefinition, ...]:
    """The execution listeners for the `start` or the `end` of an element, in document order."""
    holder = node.extension("executionListeners")
    if holder is None:
        return ()
    return tuple(
        JobDefinition(
            parse_when_reached(listener.get("type")) or Expression(""),
            parse_when_reached(listener.get("retries")) or Expression(_DEFAULT_RETRIES),
        )
        for listener in holder.children
        if listener.name == "executionListener" and listener.get("eventType") == event
    )


def headers(node: Node) -> Mapping[str, str]:
    holder = node.extension("taskHeaders")
    if holder is None:
        return {}
    entries = ((header.get("key"), header.get("value")) for header in holder.children if header.name == "header")
    # As in Zeebe: half a header is none.
    return {key: value for key, value in entries if key and value}


def native_user_task(node: Node) -> UserTaskDefinition | None:
    return _user_task(node) if node.extension("userTask") is not None else None


def _user_task(node: Node) -> UserTaskDefinition:
    def attribute(extension: str, name: str) -> Expression | None:
        holder = node.extension(extension)
        return None if holder is None else optional(holder.get(name))

    def form(name: str) -> Expression | None:
        holder = node.extension("formDefinition")
        return None if holder is None else parse_when_reached(holder.get(name))

    return UserTaskDefinition(
        assignee=attribute("assignmentDefinition", "assignee"),
        candidate_groups=attribute("assignmentDefinition", "candidateGroups"),
        candidate_users=attribute("assignmentDefinition", "candidateUsers"),
        due_date=attribute("taskSchedule", "dueDate"),
        follow_up_date=attribute("taskSchedule", "followUpDate"),
        form_id=form("formId"),
        external_form_reference=form("externalReference"),
        # Text as it is, whatever it begins with.
        form_key=Expression(form_key) if (form_key := _form_key(node)) else None,
        headers=headers(node),
    )


def _form_key(node: Node) -> str:
    holder = node.extension("formDefinition")
    return "" if holder is None else holder.get("formKey")


def decision(node: Node) -> CalledDecision | None:
    called = node.extension("calledDecision")
    if called is None:
        return None
    return CalledDecision(parse_expression(called.get("decisionId")), called.get("resultVariable"))


def script(node: Node) -> Script | None:
    extension = node.extension("script")
    if extension is None:
        return None
    return Script(parse_expression(extension.get("expression")), extension.get("resultVariable"))


def called(node: Node) -> CalledElement | None:
    extension = node.extension("calledElement")
    if extension is None:
        return None
    return CalledElement(
        parse_expression(extension.get("processId")),
        propagate_all_child_variables=extension.flag("propagateAllChildVariables", default=True),
        propagate_all_parent_variables=extension.flag("propagateAllParentVariables", default=True),
    )


def mappings(node: Node, direction: str) -> tuple[VariableMapping, ...]:
    """The `input` or `output` mappings in document order."""
    holder = node.extension("ioMapping")
    if holder is None:
        return ()
    return tuple(
        VariableMapping(parse_expression(mapping.get("source")), tuple(mapping.get("target").split(".")))
        for mapping in holder.children
        if mapping.name == direction
    )


def loop(node: Node) -> LoopCharacteristics | None:
    outer = node.first("multiInstanceLoopCharacteristics")
    inner = None if outer is None else outer.extension("loopCharacteristics")
    if outer is None or inner is None:
        return None
    completion = outer.first("completionCondition")
    return LoopCharacteristics(
        is_sequential=outer.flag("isSequential", default=False),
        input_collection=parse_expression(inner.get("inputCollection")),
        input_element=inner.get("inputElement") or None,
        output_collection=inner.get("outputCollection") or None,
        output_element=optional(inner.get("outputElement")),
        completion_condition=None if completion is None else optional(completion.text.strip()),
    )
