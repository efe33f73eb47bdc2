"""User tasks as they are kept and written down."""

from engine.processing.engine import Engine
from engine.processing.entities import UserTask
from engine.processing.instances import ElementInstance, ProcessInstance
from engine.processing.records import quote, to_json


def cancel(engine: Engine, instance: ElementInstance) -> None:
    """The element instance ends: nobody needs the task any more."""
    process = instance.process
    task = process.user_tasks.get(instance.user_task_key)
    if task is not None:
        write(engine, "CANCELING", process, task)
        write(engine, "CANCELED", process, task)
        remove(engine, process, task)


def remove(engine: Engine, process: ProcessInstance, task: UserTask) -> None:
    """The task is over."""
    engine.state.remove(task)
    instance = process.elements[task.element_instance_key]
    instance.user_task_key = -1
    engine.state.update_element(instance)


def write(engine: Engine, intent: str, process: ProcessInstance, task: UserTask) -> None:
    """Write down what happened to a task."""
    definition = process.definition
    engine.log.append(
        "USER_TASK",
        intent,
        task.key,
        f'{{"userTaskKey":{task.key},"assignee":{quote(task.assignee)},"candidateGroupsList":{to_json(task.candidate_groups)},'
        f'"candidateUsersList":{to_json(task.candidate_users)},"dueDate":{quote(task.due_date)},'
        f'"followUpDate":{quote(task.follow_up_date)},"formKey":{task.form_key},'
        f'"externalFormReference":{quote(task.external_form_reference)},"creationTimestamp":{task.creation_timestamp},'
        f'"changedAttributes":{to_json(task.changed_attributes)},"action":{quote(task.action)},"variables":{task.variables},'
        f'"customHeaders":{task.headers},"elementInstanceKey":{task.element_instance_key},'
        f'"elementId":{quote(task.element_id)},"processInstanceKey":{process.key},"processDefinitionKey":{definition.key},'
        f'"processDefinitionVersion":{definition.version},"bpmnProcessId":{definition.quoted_id},"tenantId":{definition.quoted_tenant}}}',
    )
