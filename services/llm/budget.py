"""Tokens a tenant may use a month. Warned at 80 and 100 per cent; from 120 per cent on `decisions/model_policy.dmn` names no
model any more. The table decides, this only counts.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

WARNINGS = (0.8, 1.0, 1.2)
# What floating point may lack.
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class BudgetState:
    """`limit` None: no limit."""

    used: int
    limit: int | None

    @property
    def share(self) -> float:
        """Of the limit, used: 0 to 1 and beyond."""
        if self.limit is None:
            return 0.0
        return self.used / self.limit if self.limit else float("inf") if self.used else 1.2

    @property
    def left(self) -> float:
        """Rounded down to five hundredths, so that few different questions are put to the policy."""
        return max(math.floor((1 - min(self.share, 100)) * 20 + TINY) / 20, -99.0)


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits in tokens a month."""

    default: int | None = None
    by_tenant: Mapping[str, int] = field(default_factory=dict)

    def has_limit(self, tenant: str) -> bool:
        return self.by_tenant.get(tenant, self.default) is not None

    def state(self, tenant: str, used: int) -> BudgetState:
        return BudgetState(used, self.by_tenant.get(tenant, self.default))

    def crossed(self, tenant: str, before: int, after: int) -> list[float]:
        """The warnings that lie between two amounts."""
        was, now = self.state(tenant, before).share, self.state(tenant, after).share
        return [share for share in WARNINGS if was < share <= now]
