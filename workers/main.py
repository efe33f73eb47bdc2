"""Every job worker there is."""

from services.classification import Classifier
from services.crm import TicketDesk
from workers.sla_escalation.every_worker import SlaPorts, sla_workers
from workers.ticket_triage.assign_ticket import AssignTicket
from workers.ticket_triage.classify_ticket import ClassifyTicket
from workers.ticket_triage.close_ticket import CloseTicket
from workers.ticket_triage.escalate_ticket import EscalateTicket
from workers.ticket_triage.mask_personal_data import MaskPersonalData
from zeebe.job import JobWorker


def job_workers(desk: TicketDesk, classifier: Classifier, sla: SlaPorts) -> list[JobWorker]:
    """The job workers of all processes, one a job type."""
    return [
        MaskPersonalData(desk),
        ClassifyTicket(classifier),
        AssignTicket(desk),
        EscalateTicket(desk),
        CloseTicket(desk),
        *sla_workers(sla),
    ]
