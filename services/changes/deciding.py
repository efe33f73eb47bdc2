"""Who may decide an item and what follows: approval, a second pair of eyes, refusal, and settling a conflict.

Pure functions from an item to the item decided. Nobody approves a change of their own, and nobody approves twice.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.changes.nouns import Announcement, ChangeItem, ChangeSet, Decision, ItemState, Requirement
from services.changes.states import moved

FIRST_GIVEN = "first_approvals_given"
SECOND_GIVEN = "second_approvals_given"
SETTLED = "change_settled"
PROPOSED = "change_set_proposed"


class DecisionRefused(Exception):
    """This person may not decide this, or it is decided already; the text says why."""


class Settlement(StrEnum):
    """What a person makes of a conflict or a failure."""

    KEEP = "keep"
    APPLY = "apply"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policy asks of an item, and the code of the rule that said so."""

    requirement: Requirement
    reason: str = ""


def judged(item: ChangeItem, verdict: Verdict) -> ChangeItem:
    """The item after the policy; one that was judged before keeps its verdict."""
    if item.state is not ItemState.PROPOSED:
        return item
    following = {Requirement.AUTOMATIC: ItemState.APPROVED, Requirement.REFUSE: ItemState.REFUSED}
    to = following.get(verdict.requirement, ItemState.AWAITING)
    return moved(item, to, requirement=verdict.requirement, policy_reason=verdict.reason[:200])


def approved(item: ChangeItem, change_set: ChangeSet, person: str, at: datetime, reason: str = "") -> ChangeItem:
    """The item with one more approval.

    Raises:
        DecisionRefused: it is not this person's to approve.
    """
    _require_awaiting(item)
    _require_other_than_author(change_set, person)
    if person in item.approvers:
        raise DecisionRefused(f"{person} has approved this already; the second approval needs another person")
    decided = replace(item, decisions=(*item.decisions, Decision(person, True, at, reason)))  # noqa: FBT003  # named by its class
    return moved(decided, ItemState.AWAITING if decided.approvals_missing else ItemState.APPROVED)


def refused(item: ChangeItem, person: str, at: datetime, reason: str = "") -> ChangeItem:
    """The item refused; the author may withdraw it in this way, too.

    Raises:
        DecisionRefused: it is decided already.
    """
    _require_awaiting(item)
    decisions = (*item.decisions, Decision(person, False, at, reason))  # noqa: FBT003  # named by its class
    return moved(item, ItemState.REFUSED, decisions=decisions)


def settled(
    item: ChangeItem, change_set: ChangeSet, settlement: Settlement, person: str, at: datetime, reason: str = ""
) -> ChangeItem:
    """A conflict or failure as a person wants it.

    Applying in spite of a conflict is a new decision about the value that stands there now: it needs all approvals again, of
    which this one is the first.

    Raises:
        DecisionRefused: there is nothing to settle, or it is not this person's to overrule.
    """
    if item.state not in {ItemState.CONFLICT, ItemState.FAILED}:
        raise DecisionRefused(f"there is nothing to settle: this item is {item.state.value}")
    if settlement is Settlement.KEEP:
        return moved(item, ItemState.REFUSED, decisions=(*item.decisions, Decision(person, False, at, reason)))  # noqa: FBT003
    if item.approvals_missing or item.approvers:
        _require_other_than_author(change_set, person)
    if item.state is ItemState.FAILED:
        return moved(item, ItemState.APPROVED, problem="", generation=item.generation + 1, attempts=0)
    rebased = replace(
        item,
        before=item.current,
        current=None,
        decisions=(Decision(person, True, at, reason),),  # noqa: FBT003  # named by its class
        generation=item.generation + 1,
        attempts=0,
    )
    return moved(rebased, ItemState.AWAITING if rebased.approvals_missing else ItemState.APPROVED)


def announcements(before: ChangeSet, after: ChangeSet) -> list[Announcement]:
    """What the process is told once decisions have been saved: which of its waits are over."""
    told = [_settlement(item) for item in after.items if _is_settled(before.item(item.item_id), item)]
    if any(_waits_for_first(item) for item in before.items) and not any(_waits_for_first(item) for item in after.items):
        told.append(_given(FIRST_GIVEN, after.set_id))
    if any(_waits(item) for item in before.items) and not any(_waits(item) for item in after.items):
        told.append(_given(SECOND_GIVEN, after.set_id))
    return told


def _given(name: str, set_id: str) -> Announcement:
    return Announcement(f"{name}:{set_id}", name, set_id, {})


def _settlement(item: ChangeItem) -> Announcement:
    # The revision tells one settling of an item from the next.
    return Announcement(f"{SETTLED}:{item.item_id}:{item.revision + 1}", SETTLED, item.item_id, {})


def _is_settled(before: ChangeItem, after: ChangeItem) -> bool:
    """Whether a conflict or failure of this item no longer waits for a person."""
    was_waiting = before.state in {ItemState.CONFLICT, ItemState.FAILED} or (_is_rebased(before) and _is_awaiting(before))
    return was_waiting and after.state in {ItemState.APPROVED, ItemState.REFUSED}


def _is_awaiting(item: ChangeItem) -> bool:
    return item.state is ItemState.AWAITING


def _is_rebased(item: ChangeItem) -> bool:
    return item.generation > 0


def _waits(item: ChangeItem) -> bool:
    """Whether the process's own user tasks wait for this item; one in conflict has a task to itself."""
    return _is_awaiting(item) and not _is_rebased(item)


def _waits_for_first(item: ChangeItem) -> bool:
    return _waits(item) and not item.approvers


def _require_awaiting(item: ChangeItem) -> None:
    if item.state is not ItemState.AWAITING:
        raise DecisionRefused(f"{item.record} {item.field} waits for no decision: it is {item.state.value}")


def _require_other_than_author(change_set: ChangeSet, person: str) -> None:
    if person == change_set.author.name:
        raise DecisionRefused(f"{person} wants this change: another person approves it")
