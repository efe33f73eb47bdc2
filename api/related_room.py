"""What the pages need of related tickets and merges."""

from collections.abc import Callable
from dataclasses import dataclass

from services.related import Merge, RelatedTickets, SqlMerges


@dataclass(frozen=True, slots=True)
class RelatedRoom:
    """`merge` takes ticket, the one it goes into, who and why; `undo` a merge's number and who. Both change tickets, too."""

    related: RelatedTickets
    merges: SqlMerges
    merge: Callable[[str, str, str, str], Merge]
    undo: Callable[[int, str], Merge]

    def merged_into(self, ticket_id: str) -> list[str]:
        """The tickets that are part of this one now."""
        return [each.ticket_id for each in self.merges.of(ticket_id) if each.is_in_force and each.into_id == ticket_id]

    def undo_of(self, ticket_id: str, number: int, by: str) -> Merge | None:
        """Take a merge back that this ticket is part of; None where it has no such merge."""
        own = {each.number for each in self.merges.of(ticket_id)}
        return self.undo(number, by) if number in own else None
