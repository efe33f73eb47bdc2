"""Job worker for the service task `classify_ticket` of the ticket triage process."""

from dataclasses import asdict, dataclass, field
from typing import ClassVar

import structlog
from pydantic import BaseModel

from services.classification import (
    AskedTogether,
    Classification,
    ClassificationUnavailable,
    Classifier,
    ModelClassifier,
    suggest_priority,
)
from zeebe.errors import BpmnError
from zeebe.job import Job, Variables

log = structlog.get_logger(__name__)


class TicketToClassify(BaseModel, frozen=True):
    subject: str = ""
    masked_text: str


@dataclass(frozen=True, slots=True)
class ClassifyTicket:
    """Say what the ticket is about, how sure that is, and why.

    Whether it is sure enough to route without a person is decided in `decisions/ticket_routing.dmn`, not here.
    """

    job_type: ClassVar[str] = "classify-ticket"

    classifier: Classifier
    models: ModelClassifier | None = None
    _together: AskedTogether = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_together", AskedTogether(self.classifier))

    async def __call__(self, job: Job) -> Variables:
        ticket = TicketToClassify.model_validate(job.variables)
        text = f"{ticket.subject}\n{ticket.masked_text}"
        try:
            answer = await self._classification(ticket, job)
        except ClassificationUnavailable as error:
            # The person who decides instead still sees the guess at the priority.
            raise BpmnError("CLASSIFICATION_UNAVAILABLE", str(error), {"priority": suggest_priority(text)}) from error
        log.info("ticket_classified", job_key=job.key, label=answer.label, confidence=answer.confidence)
        return {
            "category": answer.label,
            # A person may overwrite the category; what they overwrote is a lesson.
            "suggested_category": answer.label,
            "confidence": answer.confidence,
            "runner_up": answer.runner_up,
            "runner_up_confidence": answer.runner_up_confidence,
            "evidence": [asdict(word) for word in answer.evidence],
            "classifier": answer.model,
            "threshold": round(self.classifier.threshold, 4),
            "priority": suggest_priority(text),
        }

    async def _classification(self, ticket: TicketToClassify, job: Job) -> Classification:
        if self.models is not None:
            found = await self.models.classify(
                ticket.subject, ticket.masked_text, request_id=str(job.key), tenant=job.tenant_id
            )
            if found is not None:
                return found
        return await self._together.classify(f"{ticket.subject}\n{ticket.masked_text}")
