from collections.abc import Sequence

import pytest

from services.classification import Classification, ClassificationUnavailable, train
from services.crm import InMemoryTicketDesk, NewTicket, TicketStatus
from services.crm.sample_tickets import training_examples
from tests.factories import make_job
from workers.ticket_triage.assign_ticket import AssignTicket
from workers.ticket_triage.classify_ticket import ClassifyTicket
from workers.ticket_triage.close_ticket import CloseTicket
from workers.ticket_triage.escalate_ticket import EscalateTicket
from workers.ticket_triage.mask_personal_data import MaskPersonalData
from zeebe.errors import BpmnError


class AbsentClassifier:
    threshold = 1.0

    def classify(self, texts: Sequence[str]) -> list[Classification]:
        message = f"no model for {len(texts)} texts"
        raise ClassificationUnavailable(message)


@pytest.fixture
def desk() -> InMemoryTicketDesk:
    desk = InMemoryTicketDesk()
    desk.intake(
        [
            NewTicket(
                source="mail",
                external_id="1",
                subject="Anna asks",
                text="Anna Belova, a@b.example: URGENT, reset my password",
                customer_name="Anna Belova",
            )
        ]
    )
    return desk


async def test_masks_subject_and_text_alike(desk: InMemoryTicketDesk) -> None:
    variables = await MaskPersonalData(desk)(make_job(variables={"ticket_id": "T-1"}))

    received_at = variables.pop("received_at")
    assert received_at == desk.get("T-1").created_at.isoformat(timespec="milliseconds")
    assert variables == {
        "customer": None,
        "subject": "[NAME_1] asks",
        "masked_text": "[NAME_2], [EMAIL_1]: URGENT, reset my password",
        "language": "en",
    }


async def test_the_customers_organisation_decides_the_promises_not_the_person() -> None:
    desk = InMemoryTicketDesk()
    desk.intake([NewTicket(source="mail", external_id="1", text="Help", customer_email="Anna.Belova@Bank.example")])

    variables = await MaskPersonalData(desk)(make_job(variables={"ticket_id": "T-1"}))

    assert variables["customer"] == "bank.example"


@pytest.mark.parametrize("worker", [MaskPersonalData, AssignTicket])
async def test_throws_a_bpmn_error_for_a_ticket_the_desk_does_not_know(worker: type) -> None:
    job = make_job(variables={"ticket_id": "T-9", "route": {"team": "x"}, "priority": "low"})

    with pytest.raises(BpmnError) as thrown:
        await worker(InMemoryTicketDesk())(job)

    assert thrown.value.code == "TICKET_UNKNOWN"


async def test_says_label_confidence_and_reason() -> None:
    classify = ClassifyTicket(train(*training_examples()))

    variables = await classify(make_job(variables={"masked_text": "URGENT: please reset my password"}))

    assert (variables["category"], variables["priority"]) == ("Access", "high")
    assert 0 < variables["confidence"] <= 1
    assert variables["evidence"][0]["words"]
    assert variables["runner_up"] != "Access"


async def test_without_a_classifier_a_person_decides_with_the_guessed_priority() -> None:
    with pytest.raises(BpmnError) as thrown:
        await ClassifyTicket(AbsentClassifier())(make_job(variables={"masked_text": "urgent"}))

    assert thrown.value.code == "CLASSIFICATION_UNAVAILABLE"
    assert thrown.value.variables == {"priority": "high"}


async def test_the_process_goes_on_with_what_a_person_chose_before(desk: InMemoryTicketDesk) -> None:
    route = {"team": "identity", "lead": "leads"}
    checked = {"ticket_id": "T-1", "route": route, "priority": "high", "category": "Access", "checked_by_person": True}

    chosen = await AssignTicket(desk)(make_job(key=5, variables=checked))
    guessed = {**checked, "priority": "low", "category": "Hardware", "checked_by_person": False}
    later = await AssignTicket(desk)(make_job(key=6, variables=guessed))

    assert chosen == {}
    assert later == {"category": "Access", "priority": "high"}
    assert desk.get("T-1").category == "Access"


async def test_a_job_done_twice_changes_the_ticket_once(desk: InMemoryTicketDesk) -> None:
    variables = {"ticket_id": "T-1", "route": {"team": "identity", "lead": "leads"}, "priority": "high", "category": "Access"}

    for worker, key in ((AssignTicket(desk), 5), (AssignTicket(desk), 5), (EscalateTicket(desk), 6), (EscalateTicket(desk), 6)):
        await worker(make_job(key=key, variables=variables))
    for _attempt in range(2):
        await CloseTicket(desk)(make_job(key=7, variables={**variables, "outcome": "resolved", "reply": "Done"}))

    assert desk.get("T-1").status == TicketStatus.CLOSED
    assert len(desk.notes("T-1")) == 3
