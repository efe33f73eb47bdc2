from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from services.assistant import NOBODY_DRAFTS, Drafter, DraftRequest, InMemoryDrafts, Passage, Verdict, WrittenReply
from services.classification import Classification, ClassificationUnavailable, train
from services.crm import InMemoryTicketDesk, NewTicket, Ticket
from services.crm.sample_tickets import training_examples
from tests.factories import make_job
from workers.ticket_triage.classify_ticket import ClassifyTicket
from workers.ticket_triage.close_ticket import CloseTicket
from workers.ticket_triage.learn_from_reply import LearnFromReply
from workers.ticket_triage.suggest_reply import SuggestReply
from zeebe.errors import BpmnError

TEXT = "Hold the power button for ten seconds, then press it once. [1]"
VARIABLES = {"ticket_id": "T-1", "masked_text": "My laptop does not start, says [NAME_1].", "category": "Hardware"}


@dataclass
class Shelf:
    def passages(self, question: str, language: str, limit: int) -> Sequence[Passage]:
        return [Passage("7", "doc", "Laptops", 3, "Start", "Hold the power button.")][:limit]


@dataclass
class Writer:
    asked: list[DraftRequest] = field(default_factory=list)

    async def write(self, request: DraftRequest, passages: Sequence[Passage]) -> WrittenReply:
        self.asked.append(request)
        return WrittenReply(TEXT, ((1, "Hold the power button"),), 0.8, "m-1", "suggest_reply", 2, "call")


async def test_the_process_learns_which_draft_to_show() -> None:
    writer = Writer()
    worker = SuggestReply(Drafter(Shelf(), writer, InMemoryDrafts()))

    variables = [await worker(make_job(key=5, variables=VARIABLES)) for _time in range(2)]

    assert variables == [{"draft_id": "D-1", "draft_model": "m-1", "draft_confidence": 0.8}] * 2
    [request] = writer.asked
    assert (request.request_id, request.ticket_id, request.category) == ("5", "T-1", "Hardware")


async def test_without_a_draft_the_process_goes_another_way() -> None:
    with pytest.raises(BpmnError) as thrown:
        await SuggestReply(NOBODY_DRAFTS)(make_job(variables=VARIABLES))

    assert thrown.value.code == "NO_REPLY_SUGGESTED"


@dataclass
class Lessons:
    learned: list[tuple[str, str, str]] = field(default_factory=list)

    def learn(self, text: str, *, title: str, source: str) -> object:
        self.learned.append((text, title, source))
        return None


@pytest.fixture
def desk() -> InMemoryTicketDesk:
    desk = InMemoryTicketDesk()
    text = "Anna Belova, a@b.example: my laptop does not start"
    desk.intake([NewTicket("mail", "1", text, subject="Anna's laptop", customer_name="Anna Belova")])
    return desk


async def drafted(drafts: InMemoryDrafts) -> str:
    request = DraftRequest("5", "T-1", "laptop", "does not start", "Hardware")
    return (await Drafter(Shelf(), Writer(), drafts).draft(request)).draft_id


async def close(desk: InMemoryTicketDesk, hear: LearnFromReply, reply: str, **variables: str) -> Ticket:
    worker = CloseTicket(desk, (hear,))
    for _time in range(2):
        await worker(make_job(key=9, variables={"ticket_id": "T-1", "outcome": "resolved", "reply": reply} | variables))
    return desk.get("T-1")


async def test_what_was_sent_settles_the_draft(desk: InMemoryTicketDesk) -> None:
    drafts = InMemoryDrafts()
    draft_id = await drafted(drafts)

    ticket = await close(desk, LearnFromReply(drafts), TEXT, draft_id=draft_id)

    assert ticket.outcome == "resolved"
    assert drafts.get(draft_id).verdict is Verdict.ACCEPTED


async def test_a_draft_that_is_gone_holds_no_ticket_up(desk: InMemoryTicketDesk) -> None:
    ticket = await close(desk, LearnFromReply(InMemoryDrafts()), TEXT, draft_id="D-99")

    assert ticket.status.value == "closed"


async def test_an_answer_written_by_hand_is_learned_without_personal_data(desk: InMemoryTicketDesk) -> None:
    lessons = Lessons()
    reply = "Dear Anna Belova, I wrote to a@b.example: the power supply was broken, and we have sent you a new one today."

    await close(desk, LearnFromReply(InMemoryDrafts(), lessons), reply)

    text, title, source = lessons.learned[0]
    assert source == "T-1"
    assert "power supply was broken" in text
    assert not any(secret in text + title for secret in ("Anna", "Belova", "a@b.example"))


async def test_a_declined_or_drafted_or_short_answer_teaches_nothing(desk: InMemoryTicketDesk) -> None:
    drafts, lessons = InMemoryDrafts(), Lessons()
    draft_id = await drafted(drafts)
    long = "This is an answer that is long enough to be of use to somebody who asks the same thing another day."

    await close(desk, LearnFromReply(drafts, lessons), "Done.")
    await close(desk, LearnFromReply(drafts, lessons), long, outcome="declined")
    await close(desk, LearnFromReply(drafts, lessons), long, draft_id=draft_id)

    assert lessons.learned == []


@dataclass
class Model:
    found: Classification | ClassificationUnavailable | None

    async def classify(self, subject: str, text: str, *, request_id: str, tenant: str) -> Classification | None:
        if isinstance(self.found, ClassificationUnavailable):
            raise self.found
        return self.found


async def test_a_model_may_classify_before_the_classifier() -> None:
    classifier = train(*training_examples(per_category=12))
    job = make_job(variables={"masked_text": "Please reset my password"})
    said = Classification("Purchase", 0.99, "Access", 0.01, (), "llm")

    by_model = await ClassifyTicket(classifier, Model(said))(job)
    by_classifier = await ClassifyTicket(classifier, Model(None))(job)
    with pytest.raises(BpmnError) as thrown:
        await ClassifyTicket(classifier, Model(ClassificationUnavailable("nobody")))(job)

    assert (by_model["category"], by_model["classifier"]) == ("Purchase", "llm")
    assert by_classifier["category"] == "Access"
    assert thrown.value.code == "CLASSIFICATION_UNAVAILABLE"
