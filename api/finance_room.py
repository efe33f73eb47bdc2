"""What pages and REST do with closes: kept first, then announced to the engine; what it does not take now goes out later."""

from dataclasses import dataclass, field

import httpx
import structlog
from starlette.concurrency import run_in_threadpool

from api.announcing import announce_now
from services import tracing
from services.finance import (
    AccountingPeriods,
    AccountingRefused,
    Close,
    FinanceDesk,
    InMemoryUnlockNotifier,
    Lock,
    MessagePublisher,
    Month,
    UnlockNotifier,
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FinanceRoom:
    desk: FinanceDesk
    publisher: MessagePublisher
    accounting: AccountingPeriods
    notifier: UnlockNotifier = field(default_factory=InMemoryUnlockNotifier)

    async def request_close(self, month: Month, person: str) -> None:
        """Ask the process to close a month now."""
        variables = {**tracing.variables(), "month": str(month), "requested_by": person}
        await run_in_threadpool(self.desk.outbox.add, "close_requested", str(month), variables)
        await self._announce()

    async def explain(self, close: Close, project_id: str, article_id: str, text: str, person: str) -> None:
        await run_in_threadpool(self.desk.closes.explain, close.close_id, project_id, article_id, text, person)
        await self._announce()

    async def check(self, close: Close, person: str, *, is_right: bool, note: str) -> None:
        await run_in_threadpool(lambda: self.desk.closes.check(close.close_id, person, is_right=is_right, note=note))
        await self._announce()

    async def approve(self, close: Close, person: str, *, is_right: bool, note: str) -> None:
        await run_in_threadpool(lambda: self.desk.closes.approve(close.close_id, person, is_right=is_right, note=note))
        await self._announce()

    def ask_to_unlock(self, month: Month, person: str, reason: str) -> Lock:
        """The first of two people asks, and those who may agree hear of it."""
        lock = self.desk.locks.request_unlock(month, person, reason)
        self.notifier.unlock_asked(lock)
        return lock

    async def unlock(self, month: Month, person: str) -> tuple[Lock, str]:
        """Open a month again, then its period in the accounting system; returns why that did not follow, if it did not."""
        lock = await run_in_threadpool(self.desk.locks.unlock, month, person)
        try:
            await self.accounting.reopen(month)
        except (AccountingRefused, httpx.HTTPError) as error:
            log.warning("accounting_period_not_reopened", month=str(month), reason=type(error).__name__)
            return lock, str(error) or type(error).__name__
        return lock, ""

    async def _announce(self) -> None:
        await announce_now(self.desk.outbox.publish(self.publisher), "closes")
