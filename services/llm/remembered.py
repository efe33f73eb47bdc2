"""What a tenant has used, remembered for a moment: each question asks for it, and no budget hangs on a second."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.llm.calls import Call, CallLog, CallSummary, month_of

REMEMBERED_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class RememberedUse:
    """`CallLog` over another one. Own calls count at once; those of other processes a second later."""

    calls: CallLog
    clock: Callable[[], float] = time.monotonic
    _known: dict[tuple[str, str], tuple[float, int]] = field(default_factory=dict)

    def used(self, tenant: str, month: str) -> int:
        until, tokens = self._known.get((tenant, month), (0.0, 0))
        return tokens if self.clock() < until else self._remember(tenant, month, self.calls.used(tenant, month))

    def record(self, call: Call) -> int:
        return self._remember(call.tenant, month_of(call.created_at), self.calls.record(call))

    def latest(self, tenant: str, limit: int = 20) -> Sequence[Call]:
        return self.calls.latest(tenant, limit)

    def summaries(self, tenant: str, since: datetime) -> Sequence[CallSummary]:
        return self.calls.summaries(tenant, since)

    def _remember(self, tenant: str, month: str, tokens: int) -> int:
        self._known[tenant, month] = (self.clock() + REMEMBERED_SECONDS, tokens)
        return tokens
