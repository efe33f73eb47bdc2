"""Who may see and decide a user task.

Managers and operators oversee all tasks. Others see a task that is theirs, that names them or one of their groups as a
candidate, or that names no candidate at all; what somebody may not see does not exist for them.
"""

from dataclasses import replace

from api.principal import Principal
from api.problems import Problem
from history.queries import NotInHistory, UserTask, UserTaskFilter
from services.identity import Role

OVERSEERS = (Role.MANAGER, Role.OPERATOR)


def oversees(principal: Principal) -> bool:
    return principal.may(*OVERSEERS)


def visible(where: UserTaskFilter, principal: Principal) -> UserTaskFilter:
    """The filter, narrowed to what this person may see."""
    if oversees(principal):
        return where
    return replace(where, visible_to_user=principal.name, visible_to_groups=tuple(sorted(principal.groups)))


def require_visible(task: UserTask, principal: Principal) -> UserTask:
    """The task, if this person may see it.

    Raises:
        NotInHistory: they may not, which is no different from there being none.
    """
    is_candidate = principal.name in task.candidate_users or not principal.groups.isdisjoint(task.candidate_groups)
    is_for_all = not task.candidate_users and not task.candidate_groups
    if oversees(principal) or task.assignee == principal.name or is_candidate or is_for_all:
        return task
    raise NotInHistory("user task", task.key)


def require_held(task: UserTask, principal: Principal) -> UserTask:
    """The task, if this person may complete it or give it back: they have claimed it, or they oversee all tasks.

    A task that nobody claimed is completed by nobody: its history would not say whose decision it was.

    Raises:
        NotInHistory: they may not even see it.
        Problem: somebody else, or nobody, has it.
    """
    require_visible(task, principal)
    if task.assignee == principal.name or oversees(principal):
        return task
    if task.assignee:
        raise Problem(409, f"user task {task.key} is assigned to {task.assignee}: ask them to give it back first")
    raise Problem(409, f"user task {task.key} is nobody's yet: claim it first")
