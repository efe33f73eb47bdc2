"""Drafts in memory, for trials without a database."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime

from services.assistant.drafts import (
    Draft,
    DraftNotFound,
    Figure,
    NewDraft,
    Verdict,
    VerdictRefused,
    require_reason,
    settled,
    utc_now,
)


@dataclass
class InMemoryDrafts:
    """`Drafts` that end with the process."""

    _drafts: dict[str, Draft] = field(default_factory=dict)

    def save(self, draft: NewDraft) -> Draft:
        known = self.of_request(draft.request_id)
        if known is not None:
            return known
        values = {each.name: getattr(draft, each.name) for each in fields(NewDraft)}
        saved = Draft(**values, draft_id=f"D-{len(self._drafts) + 1}", created_at=utc_now())
        self._drafts[saved.draft_id] = saved
        return saved

    def of_request(self, request_id: str) -> Draft | None:
        return next((draft for draft in self._drafts.values() if draft.request_id == request_id), None)

    def get(self, draft_id: str) -> Draft:
        try:
            return self._drafts[draft_id]
        except KeyError as error:
            raise DraftNotFound(draft_id) from error

    def decide(self, draft_id: str, verdict: Verdict, *, by: str, reason: str = "") -> Draft:
        said = require_reason(verdict, reason)
        draft = self.get(draft_id)
        if draft.likeness is not None:
            raise VerdictRefused("the reply is sent: the verdict stands")
        self._drafts[draft_id] = replace(draft, verdict=verdict, reason=said, decided_by=by)
        return self._drafts[draft_id]

    def settle(self, draft_id: str, reply: str) -> Draft:
        draft = self.get(draft_id)
        if draft.likeness is None:
            verdict, likeness = settled(draft, reply)
            self._drafts[draft_id] = replace(draft, verdict=verdict, likeness=likeness)
        return self._drafts[draft_id]

    def figures(self, since: datetime) -> Sequence[Figure]:
        counts: dict[tuple[str, str, int, str], Counter[Verdict]] = {}
        for draft in self._drafts.values():
            if draft.created_at >= since:
                key = (draft.model, draft.prompt, draft.prompt_version, draft.category)
                counts.setdefault(key, Counter())[draft.verdict] += 1
        figures = [Figure(*key, counts=dict(each)) for key, each in counts.items()]
        return sorted(figures, key=lambda figure: -sum(figure.counts.values()))

    def reasons(self, limit: int = 20) -> Sequence[Draft]:
        rejected = [draft for draft in self._drafts.values() if draft.verdict is Verdict.REJECTED]
        return rejected[::-1][:limit]
