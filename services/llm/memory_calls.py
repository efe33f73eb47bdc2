"""Calls in memory, for trials without a database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.llm.calls import GOOD, Call, CallSummary, month_of


@dataclass
class InMemoryCalls:
    """`CallLog` that ends with the process."""

    calls: list[Call] = field(default_factory=list)

    def used(self, tenant: str, month: str) -> int:
        return sum(call.tokens for call in self.calls if call.tenant == tenant and month_of(call.created_at) == month)

    def record(self, call: Call) -> int:
        self.calls.append(call)
        return self.used(call.tenant, month_of(call.created_at))

    def latest(self, tenant: str, limit: int = 20) -> Sequence[Call]:
        return [call for call in self.calls if call.tenant == tenant][::-1][:limit]

    def summaries(self, tenant: str, since: datetime) -> Sequence[CallSummary]:
        groups: dict[tuple[str, str, str, int], list[Call]] = {}
        for call in self.calls:
            if call.tenant == tenant and call.created_at >= since:
                groups.setdefault((call.endpoint, call.model, call.task, call.prompt_version), []).append(call)
        made = [_summary(key, calls) for key, calls in groups.items()]
        return sorted(made, key=lambda summary: -summary.calls)


def _summary(key: tuple[str, str, str, int], calls: list[Call]) -> CallSummary:
    return CallSummary(
        *key,
        calls=len(calls),
        good=sum(call.outcome in GOOD for call in calls),
        tokens=sum(call.tokens for call in calls),
        cost=sum(call.cost for call in calls),
        mean_latency_ms=sum(call.latency_ms for call in calls) / len(calls),
    )
