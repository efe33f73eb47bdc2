"""What the pages of the assistant and of the knowledge base need of the services below."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from services.assistant import Draft, Drafts
from services.knowledge import Document, Found, KnowledgeReader, Library
from services.llm import BudgetState, CallLog, month_of
from services.personal_data import unmask


@dataclass(frozen=True, slots=True)
class AssistantDesk:
    """`send` tells a background process which document to read. `originals` gives what a ticket's placeholders stand for."""

    drafts: Drafts
    calls: CallLog
    reader: KnowledgeReader
    search: Callable[[str, str, int], list[Found]]
    send: Callable[[str], None]
    originals: Callable[[str], Mapping[str, str]]
    budget: Callable[[int], BudgetState]
    is_practice: bool = False
    tenant: str = "<default>"

    @property
    def library(self) -> Library:
        return self.reader.library

    def add(self, content: bytes, file_name: str, *, added_by: str) -> tuple[Document, bool]:
        """Keep a file and have it read. Raises `ReadingFailed`."""
        document, is_new = self.reader.keep(content, file_name, added_by=added_by)
        if is_new:
            self.send(document.document_id)
        return document, is_new

    def text_for_people(self, draft: Draft) -> str:
        """The draft with the customer's own data in the places of its placeholders."""
        return unmask(draft.text, self.originals(draft.ticket_id))

    def with_originals(self, ticket_id: str, text: str) -> str:
        """A text of a ticket's process with the customer's own data in the places of its placeholders."""
        return unmask(text, self.originals(ticket_id))

    def budget_now(self) -> BudgetState:
        return self.budget(self.calls.used(self.tenant, month_of(datetime.now(UTC))))
