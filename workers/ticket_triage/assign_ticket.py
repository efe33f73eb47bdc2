"""Job worker for the service task `assign_ticket` of the ticket triage process."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from pydantic import BaseModel

from services.classification import Correction, Corrections
from services.crm import TicketDesk, TicketUnknown
from zeebe.errors import BpmnError
from zeebe.job import Job, Variables


class Route(BaseModel, frozen=True):
    team: str


class TicketToAssign(BaseModel, frozen=True):
    ticket_id: str
    route: Route
    priority: str
    category: str | None = None
    # What a classifier had said, and whether a person has had the last word.
    suggested_category: str = ""
    checked_by_person: bool = False
    classifier: str = ""
    confidence: float | None = None
    subject: str = ""
    masked_text: str = ""


@dataclass(frozen=True, slots=True)
class AssignTicket:
    """Give the ticket to the team that `decisions/ticket_routing.dmn` chose.

    Where a person named the category, the classifier learns from it.
    """

    job_type: ClassVar[str] = "assign-ticket"

    desk: TicketDesk
    corrections: Corrections | None = None

    async def __call__(self, job: Job) -> Variables:
        ticket = TicketToAssign.model_validate(job.variables)
        try:
            await asyncio.to_thread(
                self.desk.assign,
                ticket.ticket_id,
                team=ticket.route.team,
                category=ticket.category,
                priority=ticket.priority,
                request_id=str(job.key),
            )
        except TicketUnknown as error:
            raise BpmnError("TICKET_UNKNOWN", str(error)) from error
        if self.corrections is not None and ticket.checked_by_person and ticket.category:
            lesson = _lesson(ticket, ticket.category)
            await asyncio.to_thread(self.corrections.keep, lesson, request_id=f"job:{job.key}")
        return {}


def _lesson(ticket: TicketToAssign, category: str) -> Correction:
    return Correction(
        ticket_id=ticket.ticket_id,
        text=f"{ticket.subject}\n{ticket.masked_text}",
        label=category,
        suggested=ticket.suggested_category,
        made_by="check_classification",
        made_at=datetime.now(UTC),
        model=ticket.classifier,
        confidence=ticket.confidence,
    )
