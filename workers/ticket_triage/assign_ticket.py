"""Job worker for the service task `assign_ticket` of the ticket triage process."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from pydantic import BaseModel

from services.classification import Correction, Corrections
from services.crm import Assignment, TicketDesk, TicketUnknown
from zeebe.errors import BpmnError
from zeebe.job import Job, Variables

# The user task in which a person names category and priority.
CHECKED_BY = "check_classification"


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

    What a person had filled in before stays, and the process goes on with it. Where a person named the category in the
    process, the classifier learns from it.
    """

    job_type: ClassVar[str] = "assign-ticket"

    desk: TicketDesk
    corrections: Corrections | None = None

    async def __call__(self, job: Job) -> Variables:
        ticket = TicketToAssign.model_validate(job.variables)
        try:
            held = await asyncio.to_thread(
                self.desk.assign,
                ticket.ticket_id,
                team=ticket.route.team,
                category=ticket.category,
                priority=ticket.priority,
                request_id=str(job.key),
                chosen_by=CHECKED_BY if ticket.checked_by_person else "",
            )
        except TicketUnknown as error:
            raise BpmnError("TICKET_UNKNOWN", str(error)) from error
        if self.corrections is not None and ticket.checked_by_person and ticket.category:
            lesson = _lesson(ticket, ticket.category)
            await asyncio.to_thread(self.corrections.keep, lesson, request_id=f"job:{job.key}")
        return _kept(job.variables, ticket, held)


def _kept(variables: Variables, ticket: TicketToAssign, held: Assignment) -> dict[str, Any]:
    """Of what was asked for, what is otherwise with the ticket."""
    found: dict[str, Any] = {}
    if held.team != ticket.route.team:
        found["route"] = {**variables["route"], "team": held.team}
    if held.category != ticket.category:
        found["category"] = held.category
    if held.priority != ticket.priority:
        found["priority"] = held.priority
    return found


def _lesson(ticket: TicketToAssign, category: str) -> Correction:
    return Correction(
        ticket_id=ticket.ticket_id,
        text=f"{ticket.subject}\n{ticket.masked_text}",
        label=category,
        suggested=ticket.suggested_category,
        made_by=CHECKED_BY,
        made_at=datetime.now(UTC),
        model=ticket.classifier,
        confidence=ticket.confidence,
    )
