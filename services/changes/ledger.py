"""The port behind which change sets are kept: the truth about what was proposed, decided, sent and done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from services.changes.nouns import Announcement, ChangeEvent, ChangeItem, ChangeSet, SetState


class ItemChanged(Exception):
    """Another process saved this item in the meantime: read it again."""

    def __init__(self, item_id: str) -> None:
        super().__init__(f"change item {item_id} was changed by somebody else at the same moment: reload and try again")
        self.item_id = item_id


@dataclass(frozen=True, slots=True)
class SetPage:
    """Some change sets without their items, the newest first; `next_before` asks for the ones after them."""

    sets: tuple[ChangeSet, ...]
    next_before: str = ""


class ChangeLedger(Protocol):
    """Calls are short and blocking; each is one transaction, and what it returns is what is kept."""

    def add(self, change_set: ChangeSet, events: Sequence[ChangeEvent], announcements: Sequence[Announcement]) -> ChangeSet:
        """A new set; where its request id is known already, the set that came first."""
        ...

    def change_set(self, set_id: str) -> ChangeSet:
        """With its items in order. Raises `ChangeNotFound`."""
        ...

    def item(self, item_id: str) -> ChangeItem:
        """Raises `ChangeNotFound`."""
        ...

    def sets(self, states: Sequence[SetState] = (), *, limit: int = 50, before: str = "") -> SetPage: ...

    def counts(self) -> dict[SetState, int]:
        """How many sets are in each state."""
        ...

    def reverting(self, item_ids: Sequence[str]) -> dict[str, str]:
        """Which of these items a set that is not over yet, or that is applied, reverts: item id -> that set's id."""
        ...

    def save(
        self,
        items: Sequence[ChangeItem],
        events: Sequence[ChangeEvent] = (),
        announcements: Sequence[Announcement] = (),
    ) -> tuple[ChangeItem, ...]:
        """Keep items as they are now, with their set's state, all or none.

        Raises:
            ItemChanged: one was saved by somebody else since it was read.
        """
        ...

    def note(self, events: Sequence[ChangeEvent]) -> None:
        """Lines of the timeline alone."""
        ...

    def started(self, set_id: str, process_instance_key: int) -> None:
        """Remember which process instance works on a set."""
        ...

    def timeline(self, set_id: str, *, limit: int = 500) -> Sequence[ChangeEvent]:
        """The newest first."""
        ...

    def pending(self, *, limit: int = 200) -> Sequence[Announcement]:
        """Announcements not published yet, the oldest first."""
        ...

    def announced(self, message_ids: Sequence[str]) -> None: ...
