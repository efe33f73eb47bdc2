"""A dry run: exactly the requests that would go out now, each checked against what its record holds at this moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.changes.applying import same, write_of
from services.changes.desk import ChangeDesk
from services.changes.nouns import ChangeItem, ChangeSet, Json
from services.changes.states import ENDED
from services.changes.targets import PlannedRequest, Reading, TargetUnknown


class Outlook(StrEnum):
    """What would become of an item if it were applied now."""

    READY = "ready"
    ALREADY_SO = "already_so"
    CONFLICT = "conflict"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class DryRunLine:
    item: ChangeItem
    outlook: Outlook
    current: Json = None
    problem: str = ""
    # None where nothing would be sent.
    request: PlannedRequest | None = None


async def dry_run(desk: ChangeDesk, change_set: ChangeSet) -> Sequence[DryRunLine]:
    """What applying the items that have not ended would do; nothing is changed."""
    items = [item for item in change_set.items if item.state not in ENDED]
    readings = await desk.current(items)
    return [_line(desk, change_set, item, readings[item.system, item.record]) for item in items]


def _line(desk: ChangeDesk, change_set: ChangeSet, item: ChangeItem, reading: Reading | Exception) -> DryRunLine:
    if isinstance(reading, Exception):
        return DryRunLine(item, Outlook.UNREADABLE, problem=str(reading))
    current = reading.values.get(item.field)
    if same(current, item.after):
        return DryRunLine(item, Outlook.ALREADY_SO, current)
    if not same(current, item.before):
        return DryRunLine(item, Outlook.CONFLICT, current)
    try:
        request = desk.targets.of(item.system).render(write_of(item, change_set, reading.version))
    except TargetUnknown as error:
        return DryRunLine(item, Outlook.UNREADABLE, problem=str(error))
    return DryRunLine(item, Outlook.READY, current, request=request)
