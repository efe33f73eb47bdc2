"""What the process needs to know of a change set to choose its way."""

from services.changes import ChangeSet, ItemState
from zeebe.job import Variables


def progress(change_set: ChangeSet) -> Variables:
    """How many items wait for a first and for a second person, and which may be applied."""
    awaiting = [item for item in change_set.items if item.state is ItemState.AWAITING]
    return {
        "undecided": sum(1 for item in awaiting if not item.approvers),
        "needs_second": sum(1 for item in awaiting if item.approvers),
        "approved_items": [item.item_id for item in change_set.items if item.state is ItemState.APPROVED],
    }
