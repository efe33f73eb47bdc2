"""Job worker for the service task `assign_ticket` of the ticket triage process."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel

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


@dataclass(frozen=True, slots=True)
class AssignTicket:
    """Give the ticket to the team that `decisions/ticket_routing.dmn` chose."""

    job_type: ClassVar[str] = "assign-ticket"

    desk: TicketDesk

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
        return {}
