"""Notes in systems without idempotency keys: what is there is read first, so that the same request leaves one note."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from services.crm.connectors.marks import marked, unmarked, was_marked
from services.crm.connectors.ports import Kind


class MarkedNotes(ABC):
    """The port `Notes` over a system's own way of listing and leaving texts."""

    __slots__ = ()

    def add(self, kind: Kind, record_id: str, text: str, *, request_id: str) -> None:
        if not any(was_marked(each, request_id) for each in self._texts(kind, record_id)):
            self._leave(kind, record_id, marked(text, request_id))

    def of(self, kind: Kind, record_id: str) -> Sequence[str]:
        return [unmarked(each) for each in self._texts(kind, record_id)]

    @abstractmethod
    def _texts(self, kind: Kind, record_id: str) -> list[str]:
        """The texts beside a record, oldest first, with their marks."""

    @abstractmethod
    def _leave(self, kind: Kind, record_id: str, text: str) -> None:
        """Write one text beside a record."""
