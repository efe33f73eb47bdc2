"""Who may propose, decide and take back changes; that nobody approves a change of their own is the ledger's own rule."""

from collections.abc import Sequence

from api.principal import Principal
from api.problems import Problem
from services.changes import Author, AuthorKind, NewItem
from services.identity import Role

APPROVERS = "change-approvers"
# What an operator's role protects elsewhere is not open through a change set.
OPERATORS_ONLY = frozenset({"variables", "instances"})


def may_approve(principal: Principal) -> bool:
    return principal.may(Role.MANAGER, Role.OPERATOR) or APPROVERS in principal.groups


def require_approver(principal: Principal) -> None:
    """Raises `Problem` where this person may not decide about changes."""
    if not may_approve(principal):
        raise Problem(403, f"deciding about changes is for managers, operators and the group {APPROVERS}")


def require_proposer(principal: Principal, items: Sequence[NewItem]) -> None:
    """Raises `Problem` where one of the systems is not this person's to change."""
    guarded = {item.system for item in items} & OPERATORS_ONLY
    if guarded and not principal.may(Role.OPERATOR):
        raise Problem(403, f"changes of {min(guarded)} are for operators")


def author_of(principal: Principal, kind: AuthorKind, model: str = "") -> Author:
    """Whoever is signed in answers for what they or their program propose, and does not approve it.

    Raises:
        Problem: this account speaks for no program.
    """
    if kind is not AuthorKind.PERSON and not principal.may(Role.OPERATOR, Role.MANAGER):
        raise Problem(403, "only a manager's or operator's account may propose changes in the name of a program")
    return Author(kind, principal.name, model)
