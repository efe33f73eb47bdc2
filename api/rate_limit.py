"""No account and no tenant may take more than its share of requests; strangers are counted by the sign-in's own limit."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.principal import Principal, principal_of
from api.problems import Problem
from api.refusals import refuse
from services.monitoring import Metrics
from services.rate_limits import RateLimit

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Stands behind the gate, which knows who asks; `limits` are of "account" and "tenant"."""

    app: ASGIApp
    limits: Sequence[RateLimit]
    metrics: Metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        principal = principal_of(Request(scope)) if scope["type"] == "http" and self.limits else None
        if principal is None:
            await self.app(scope, receive, send)
            return
        # A thread costs more than counting does: it is for counters that lie elsewhere.
        is_at_hand = all(limit.counters.is_at_hand for limit in self.limits)
        problem = self._problem(principal) if is_at_hand else await run_in_threadpool(self._problem, principal)
        if problem is None:
            await self.app(scope, receive, send)
        else:
            await refuse(Request(scope), problem)(scope, receive, send)

    def _problem(self, principal: Principal) -> Problem | None:
        subjects = {"account": principal.account.account_id, "tenant": principal.account.tenant_id}
        for limit in self.limits:
            if seconds := limit.seconds_to_wait(subjects[limit.name]):
                self.metrics.limited(limit.name)
                log.warning("rate_limited", limit=limit.name, account_id=principal.account.account_id)
                whose = "this account" if limit.name == "account" else "this account's tenant"
                text = f"more than {limit.most} requests of {whose} within a minute; try again in {seconds} s"
                return Problem(429, text, headers={"Retry-After": str(seconds)})
        return None
