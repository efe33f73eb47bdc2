"""Change sets in memory, for trying processes without a database and for simulations."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from services.changes.ledger import ItemChanged, SetPage
from services.changes.nouns import (
    Announcement,
    ChangeEvent,
    ChangeItem,
    ChangeNotFound,
    ChangeSet,
    ItemState,
    SetState,
)
from services.changes.states import set_state


@dataclass
class InMemoryChangeLedger:
    """`ChangeLedger` that forgets everything when it goes."""

    _sets: dict[str, ChangeSet] = field(default_factory=dict)
    _set_of_item: dict[str, str] = field(default_factory=dict)
    _events: list[ChangeEvent] = field(default_factory=list)
    _announcements: dict[str, Announcement] = field(default_factory=dict)

    def add(self, change_set: ChangeSet, events: Sequence[ChangeEvent], announcements: Sequence[Announcement]) -> ChangeSet:
        for known in self._sets.values():
            if change_set.request_id and known.request_id == change_set.request_id:
                return known
        self._sets[change_set.set_id] = change_set
        self._set_of_item.update({item.item_id: change_set.set_id for item in change_set.items})
        self._keep(events, announcements)
        return change_set

    def change_set(self, set_id: str) -> ChangeSet:
        if set_id not in self._sets:
            raise ChangeNotFound(set_id)
        return self._sets[set_id]

    def item(self, item_id: str) -> ChangeItem:
        if item_id not in self._set_of_item:
            raise ChangeNotFound(item_id)
        return self._sets[self._set_of_item[item_id]].item(item_id)

    def sets(self, states: Sequence[SetState] = (), *, limit: int = 50, before: str = "") -> SetPage:
        newest = [each for each in reversed(self._sets.values()) if not states or each.state in states]
        if before:
            ids = [each.set_id for each in newest]
            newest = newest[ids.index(before) + 1 :] if before in ids else []
        shown = tuple(
            replace(each, items=(), counts=dict(Counter(item.state for item in each.items))) for each in newest[:limit]
        )
        return SetPage(shown, shown[-1].set_id if len(newest) > limit else "")

    def counts(self) -> dict[SetState, int]:
        return dict(Counter(each.state for each in self._sets.values()))

    def reverting(self, item_ids: Sequence[str]) -> dict[str, str]:
        return {
            item.reverts_item_id: item.set_id
            for each in self._sets.values()
            for item in each.items
            if item.reverts_item_id in item_ids and item.state is not ItemState.REFUSED
        }

    def save(
        self,
        items: Sequence[ChangeItem],
        events: Sequence[ChangeEvent] = (),
        announcements: Sequence[Announcement] = (),
    ) -> tuple[ChangeItem, ...]:
        for item in items:
            if self.item(item.item_id).revision != item.revision:
                raise ItemChanged(item.item_id)
        saved = tuple(replace(item, revision=item.revision + 1) for item in items)
        for set_id in {item.set_id for item in saved}:
            changed = self._sets[set_id].with_items(tuple(item for item in saved if item.set_id == set_id))
            self._sets[set_id] = replace(changed, state=set_state(changed.items))
        self._keep(events, announcements)
        return saved

    def note(self, events: Sequence[ChangeEvent]) -> None:
        self._keep(events, ())

    def started(self, set_id: str, process_instance_key: int) -> None:
        self._sets[set_id] = replace(self.change_set(set_id), process_instance_key=process_instance_key)

    def timeline(self, set_id: str, *, limit: int = 500) -> Sequence[ChangeEvent]:
        return [event for event in reversed(self._events) if event.set_id == set_id][:limit]

    def pending(self, *, limit: int = 200) -> Sequence[Announcement]:
        return list(self._announcements.values())[:limit]

    def announced(self, message_ids: Sequence[str]) -> None:
        for message_id in message_ids:
            self._announcements.pop(message_id, None)

    def _keep(self, events: Sequence[ChangeEvent], announcements: Sequence[Announcement]) -> None:
        self._events.extend(events)
        self._announcements.update({each.message_id: each for each in announcements})
