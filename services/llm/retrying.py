"""Asking one endpoint: again after a passing failure, with growing pauses, and no longer than a question may take."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from services.llm.breaker import Breaker
from services.llm.endpoint import ModelEndpoint, ModelReply, ModelRequest
from services.llm.failures import CircuitOpen, ModelBusy, ModelFailure


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long. A `Retry-After` longer than `longest_pause` is not waited for: the next route is quicker."""

    tries: int = 3
    first_pause: float = 0.2
    longest_pause: float = 5.0
    whole_seconds: float = 60.0

    def pause(self, tries: int, jitter: float) -> float:
        """Full jitter: somewhere between half and all of the doubled pause."""
        return min(self.first_pause * 2.0 ** (tries - 1), self.longest_pause) * (0.5 + jitter / 2)


@dataclass
class PatientEndpoint:
    """An endpoint with its breaker. `tried` is told each failure that is tried again."""

    endpoint: ModelEndpoint
    breaker: Breaker = field(default_factory=Breaker)
    patience: Patience = field(default_factory=Patience)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[], float] = random.random
    clock: Callable[[], float] = time.monotonic

    async def complete(self, request: ModelRequest) -> tuple[ModelReply, int]:
        """The reply and how many tries it took. Raises `ModelFailure`."""
        if not self.breaker.admits():
            raise CircuitOpen(f"{self.endpoint.name} failed {self.breaker.failures_allowed} times running and rests")
        give_up_at = self.clock() + self.patience.whole_seconds
        tries = 0
        while True:
            tries += 1
            try:
                reply = await self.endpoint.complete(request)
            except ModelFailure as failure:
                pause = self._pause(failure, tries)
                if pause is None or self.clock() + pause > give_up_at:
                    self.breaker.failed()
                    raise
                await self.sleep(pause)
            else:
                self.breaker.succeeded()
                return reply, tries

    def _pause(self, failure: ModelFailure, tries: int) -> float | None:
        """None where another try is of no use."""
        if not failure.worth_another_try or tries >= self.patience.tries:
            return None
        if isinstance(failure, ModelBusy) and failure.retry_after is not None:
            return failure.retry_after if failure.retry_after <= self.patience.longest_pause else None
        return self.patience.pause(tries, self.jitter())
