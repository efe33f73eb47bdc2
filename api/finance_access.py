"""Who may do what with plan and fact; that nobody approves what they checked themselves is the room's own rule."""

from api.principal import Principal
from api.problems import Problem
from services.finance import Project
from services.identity import Role

KEEPERS, CONTROLLERS, APPROVERS = "finance", "controllers", "close-approvers"


def may_keep(principal: Principal) -> bool:
    """Enter, import, plan and set rates."""
    return principal.may(Role.MANAGER) or KEEPERS in principal.groups


def may_check(principal: Principal) -> bool:
    return principal.may(Role.MANAGER) or CONTROLLERS in principal.groups


def may_approve(principal: Principal) -> bool:
    return principal.may(Role.MANAGER) or APPROVERS in principal.groups


def may_explain(principal: Principal, project: Project | None) -> bool:
    """The project's owner, and whoever keeps the books."""
    return may_keep(principal) or (project is not None and project.owner == principal.name)


def require_keeper(principal: Principal) -> None:
    if not may_keep(principal):
        raise Problem(403, f"this is for managers and the group {KEEPERS}")


def require_controller(principal: Principal) -> None:
    if not may_check(principal):
        raise Problem(403, f"checking a close is for managers and the group {CONTROLLERS}")


def require_approver(principal: Principal) -> None:
    if not may_approve(principal):
        raise Problem(403, f"this is for managers and the group {APPROVERS}")


def require_explainer(principal: Principal, project: Project | None) -> None:
    if not may_explain(principal, project):
        raise Problem(403, "explaining is for the project's owner, managers and the group finance")
