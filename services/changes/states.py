"""The machine of a change: from which state an item may go where, and what a set's state follows from."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from services.changes.nouns import ChangeItem, ItemState, SetState

TRANSITIONS: Mapping[ItemState, frozenset[ItemState]] = {
    ItemState.PROPOSED: frozenset({ItemState.AWAITING, ItemState.APPROVED, ItemState.REFUSED}),
    ItemState.AWAITING: frozenset({ItemState.AWAITING, ItemState.APPROVED, ItemState.REFUSED}),
    ItemState.APPROVED: frozenset({ItemState.APPLYING}),
    ItemState.APPLYING: frozenset(
        {ItemState.APPLYING, ItemState.APPLIED, ItemState.UNCHANGED, ItemState.CONFLICT, ItemState.FAILED}
    ),
    ItemState.APPLIED: frozenset({ItemState.REVERTED}),
    ItemState.UNCHANGED: frozenset(),
    # A person keeps what is there, or wants the change all the same.
    ItemState.CONFLICT: frozenset({ItemState.REFUSED, ItemState.APPROVED, ItemState.AWAITING}),
    ItemState.FAILED: frozenset({ItemState.REFUSED, ItemState.APPROVED}),
    ItemState.REFUSED: frozenset(),
    ItemState.REVERTED: frozenset(),
}
UNDECIDED = frozenset({ItemState.PROPOSED, ItemState.AWAITING})
TO_APPLY = frozenset({ItemState.APPROVED, ItemState.APPLYING})
TO_SETTLE = frozenset({ItemState.CONFLICT, ItemState.FAILED})
ENDED = frozenset({ItemState.APPLIED, ItemState.UNCHANGED, ItemState.REFUSED, ItemState.REVERTED})


class ImpossibleTransition(Exception):
    """An item cannot go from its state to that one; this is a fault of ours, or two did different things at once."""


def moved(item: ChangeItem, to: ItemState, **changes: Any) -> ChangeItem:  # noqa: ANN401  # fields of the item
    """The item in its next state.

    Raises:
        ImpossibleTransition: no arrow leads there.
    """
    if to not in TRANSITIONS[item.state]:
        raise ImpossibleTransition(f"item {item.item_id} is {item.state.value} and cannot become {to.value}")
    return replace(item, state=to, **changes)


def set_state(items: Iterable[ChangeItem]) -> SetState:
    return set_state_of(Counter(item.state for item in items))


def set_state_of(counts: Mapping[ItemState, int]) -> SetState:
    """What a set is, by how many of its items are in each state: the first that still asks for something decides."""
    present = {state for state, count in counts.items() if count}
    if ItemState.PROPOSED in present:
        return SetState.PROPOSED
    if present & TO_SETTLE:
        return SetState.STUCK
    if ItemState.AWAITING in present:
        return SetState.AWAITING
    if present & TO_APPLY:
        return SetState.APPLYING
    if present <= {ItemState.REFUSED}:
        return SetState.REFUSED
    if ItemState.REVERTED in present and ItemState.APPLIED not in present:
        return SetState.REVERTED
    if ItemState.REFUSED in present or ItemState.REVERTED in present:
        return SetState.PARTLY_APPLIED
    return SetState.APPLIED
