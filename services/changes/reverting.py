"""Taking a change back: a change set of its own, refused with what stands there where somebody changed a field since."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from services.changes.applying import same
from services.changes.desk import ChangeDesk
from services.changes.nouns import (
    Action,
    Author,
    AuthorKind,
    ChangeEvent,
    ChangeItem,
    ChangeSet,
    ItemState,
    Json,
    NewChangeSet,
    NewItem,
)
from services.changes.targets import Reading

MAX_TITLE = 200


@dataclass(frozen=True, slots=True)
class RevertConflict:
    """An item whose field no longer holds what the change wrote, or cannot be read."""

    item: ChangeItem
    current: Json = None
    problem: str = ""


class RevertRefused(Exception):
    """A revert would overwrite what somebody wrote since; `conflicts` says where and what."""

    def __init__(self, conflicts: Sequence[RevertConflict], others: Sequence[ChangeItem]) -> None:
        places = ", ".join(f"{each.item.record_label or each.item.record} {each.item.field}" for each in conflicts[:5])
        super().__init__(f"changed since, so not reverted: {places}")
        self.conflicts = tuple(conflicts)
        # The items that could be reverted without these.
        self.others = tuple(others)


class NothingToRevert(Exception):
    def __init__(self) -> None:
        super().__init__("none of these items is applied and not yet being reverted")


async def revertible(desk: ChangeDesk, change_set: ChangeSet) -> list[ChangeItem]:
    """The applied items that nothing reverts yet."""
    applied = [item for item in change_set.items if item.state is ItemState.APPLIED]
    reverting = await asyncio.to_thread(desk.ledger.reverting, [item.item_id for item in applied])
    return [item for item in applied if item.item_id not in reverting]


async def revert(desk: ChangeDesk, set_id: str, person: str, *, item_ids: Sequence[str] = (), why: str = "") -> ChangeSet:
    """Propose the opposite of some items of a set, or of all.

    Raises:
        ChangeNotFound.
        NothingToRevert: none of them stands.
        RevertRefused: somebody changed one of the fields since; nothing is proposed.
    """
    change_set = await asyncio.to_thread(desk.ledger.change_set, set_id)
    wanted = {change_set.item(item_id).item_id for item_id in item_ids}
    items = [item for item in await revertible(desk, change_set) if not wanted or item.item_id in wanted]
    if not items:
        raise NothingToRevert
    readings = await desk.current(items)
    conflicts = [found for item in items if (found := _conflict(item, readings[item.system, item.record]))]
    if conflicts:
        at_odds = {each.item.item_id for each in conflicts}
        raise RevertRefused(conflicts, [item for item in items if item.item_id not in at_odds])
    proposed = await desk.propose(
        NewChangeSet(
            title=f"Revert: {change_set.title}"[:MAX_TITLE],
            author=Author(AuthorKind.PERSON, person),
            items=tuple(_opposite(item) for item in items),
            why=why,
            reverts_set_id=set_id,
        )
    )
    note = ChangeEvent(set_id, desk.clock(), person, Action.REVERT_PROPOSED, detail=proposed.set_id)
    await asyncio.to_thread(desk.ledger.note, [note])
    return proposed


def _conflict(item: ChangeItem, reading: Reading | Exception) -> RevertConflict | None:
    if isinstance(reading, Exception):
        return RevertConflict(item, problem=str(reading))
    current = reading.values.get(item.field)
    return None if same(current, item.after) else RevertConflict(item, current)


def _opposite(item: ChangeItem) -> NewItem:
    return NewItem(
        system=item.system,
        record=item.record,
        field=item.field,
        before=item.after,
        is_before_known=True,
        after=item.before,
        record_label=item.record_label,
        amount=item.amount,
        reverts_item_id=item.item_id,
    )
