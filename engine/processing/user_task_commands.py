"""What people do with user tasks: complete, assign and change them."""

from engine.processing import batch_size, events, user_task_state
from engine.processing.commands import AssignUserTask, CommandRejected, CompleteUserTask, Done, RejectionType, UpdateUserTask
from engine.processing.engine import Engine
from engine.processing.entities import UserTask
from engine.processing.instances import ProcessInstance
from engine.processing.records import to_json

_ATTRIBUTES = {
    "candidateGroups": ("candidate_groups", "candidateGroupsList"),
    "candidateUsers": ("candidate_users", "candidateUsersList"),
    "dueDate": ("due_date", "dueDate"),
    "followUpDate": ("follow_up_date", "followUpDate"),
}


def _find(engine: Engine, key: int, to: str) -> tuple[ProcessInstance, UserTask]:
    process = engine.state.owner(key)
    task = None if process is None else process.user_tasks.get(key)
    if process is None or task is None:
        raise CommandRejected(
            RejectionType.NOT_FOUND, f"Expected to {to} user task with key '{key}', but no such user task was found"
        )
    return process, task


def complete(engine: Engine, command: CompleteUserTask) -> Done:
    """Handle the command to complete a user task: its variables belong to the element now, which goes on."""
    process, task = _find(engine, command.user_task_key, "complete")
    text = to_json(command.variables)
    batch_size.check(command.variables, text, 3)
    task.variables = text
    task.action = command.action
    user_task_state.write(engine, "COMPLETING", process, task)
    user_task_state.write(engine, "COMPLETED", process, task)
    instance = process.elements[task.element_instance_key]
    user_task_state.remove(engine, process, task)
    events.trigger_own(engine, instance, task.variables)
    return Done()


def assign(engine: Engine, command: AssignUserTask) -> Done:
    """Handle the command to give a user task to a person, or to nobody."""
    to = "assign" if command.allow_override else "claim"
    process, task = _find(engine, command.user_task_key, to)
    if not command.allow_override and task.assignee and task.assignee != command.assignee:
        raise CommandRejected(
            RejectionType.INVALID_STATE,
            f"Expected to claim user task with key '{task.key}', but it has already been assigned",
        )
    task.action = command.action
    task.assignee = command.assignee
    # Zeebe 8.5 has no record of its own for a claim.
    user_task_state.write(engine, "ASSIGNING", process, task)
    user_task_state.write(engine, "ASSIGNED", process, task)
    task.action = ""
    engine.state.update(task)
    return Done()


def update(engine: Engine, command: UpdateUserTask) -> Done:
    """Handle the command to change a user task's candidates and dates."""
    process, task = _find(engine, command.user_task_key, "update")
    changed = [name for name in _ATTRIBUTES if name in command.changes]
    for name in changed:
        setattr(task, _ATTRIBUTES[name][0], command.changes[name])
    task.changed_attributes = [_ATTRIBUTES[name][1] for name in changed]
    task.action = command.action
    user_task_state.write(engine, "UPDATING", process, task)
    user_task_state.write(engine, "UPDATED", process, task)
    task.changed_attributes = []
    task.action = ""
    engine.state.update(task)
    return Done()
