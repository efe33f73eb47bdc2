"""Missed targets and escalations as notes on the ticket."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from services.crm import TicketDesk, TicketUnknown
from workers.sla_escalation.ports import Recipient

log = structlog.get_logger(__name__)

# A reminder is no news for the ticket itself.
NOTED = frozenset({"sla_breached", "sla_escalated"})


@dataclass(frozen=True, slots=True)
class DeskNotes:
    """Notes missed targets and escalations on tickets; all else stands in the clock's own history."""

    desk: TicketDesk

    async def notify(
        self,
        event: str,
        recipients: Sequence[Recipient],
        subject_key: str,
        values: Mapping[str, Any],  # noqa: ARG002 -- a note says who was told, the clock the rest
        request_id: str,
    ) -> None:
        kind, _, ticket_id = subject_key.partition(":")
        if kind != "ticket" or event not in NOTED:
            return
        names = ", ".join(recipient.name for recipient in recipients)
        try:
            await asyncio.to_thread(self.desk.escalate, ticket_id, lead=names, request_id=request_id)
        except TicketUnknown:
            log.warning("ticket_unknown", subject_id=ticket_id)
