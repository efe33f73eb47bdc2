"""Tickets on their way in: saved first, then announced to the engine.

The receipt is given once a ticket is saved. Announcing follows at once but is not waited for; what the engine does not take
now, the background process announces later under the same message id, so each ticket starts one instance.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import time_ns

import structlog
from starlette.concurrency import run_in_threadpool

from services.crm import MessagePublisher, NewTicket, Ticket, TicketDesk, TicketReceipt
from services.crm.sample_tickets import sample_tickets
from zeebe.errors import ZeebeError

log = structlog.get_logger(__name__)


@dataclass
class TicketIntake:
    """Takes tickets in; however many requests wake it, one task announces."""

    desk: TicketDesk
    publisher: MessagePublisher
    _announcing: asyncio.Task[None] | None = None
    _has_news: asyncio.Event = field(default_factory=asyncio.Event)

    async def take_in(self, tickets: Sequence[NewTicket]) -> list[TicketReceipt]:
        """Save tickets, each (source, external id) once, and wake the announcer."""
        receipts = await run_in_threadpool(self.desk.intake, tickets)
        if any(receipt.is_new for receipt in receipts):
            self._wake()
        return receipts

    async def take_in_samples(self, count: int) -> int:
        """Believable tickets to try the house with; returns how many."""
        samples = [sample.ticket for sample in sample_tickets(count, seed=time_ns() // 1_000_000)]
        return len(await self.take_in(samples))

    def ticket(self, ticket_id: str) -> Ticket:
        """Raises `TicketUnknown`."""
        return self.desk.get(ticket_id)

    def announce(self) -> None:
        """Something was taken in elsewhere: tell the engine soon."""
        self._wake()

    async def announced(self) -> None:
        """Return when nothing is being announced."""
        if self._announcing is not None:
            await self._announcing

    def _wake(self) -> None:
        self._has_news.set()
        if self._announcing is None or self._announcing.done():
            self._announcing = asyncio.create_task(self._announce())

    async def _announce(self) -> None:
        while self._has_news.is_set():
            self._has_news.clear()
            try:
                while await self.desk.publish_pending(self.publisher):
                    pass
            except ZeebeError as error:
                log.warning("tickets_announced_later", reason=str(error))
