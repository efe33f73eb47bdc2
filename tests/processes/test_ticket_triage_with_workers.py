"""Ticket triage played by its real job workers, with a ticket desk in memory and a classifier trained on the samples."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from cli.scenarios.models import read_models
from cli.scenarios.observed import SeenElement
from cli.scenarios.stage import Stage, stage
from services.classification import Classification, ClassificationUnavailable, train
from services.crm import InMemoryTicketDesk, NewTicket
from services.crm.sample_tickets import sample_tickets, training_examples
from tests.factories import make_sla_ports
from workers.main import job_workers
from zeebe.publisher import ZeebeMessagePublisher
from zeebe.worker import JobWorkerLoop

ROOT = Path(__file__).parents[2]
MODELS = read_models([ROOT / "processes", ROOT / "decisions"])


@dataclass
class NoClassifier:
    threshold: float = 0.8

    def classify(self, texts: list[str]) -> list[Classification]:
        raise ClassificationUnavailable(f"no model for {len(texts)} texts")


class DeskWithoutMail(InMemoryTicketDesk):
    def close(self, ticket_id: str, *, outcome: str, reply: str, request_id: str, overrules: bool = False) -> None:
        raise ConnectionError("the mail server refuses connections")


@asynccontextmanager
async def triage(desk: InMemoryTicketDesk, classifier: object) -> AsyncIterator[Stage]:
    async with stage(MODELS.resources) as here:
        loop = JobWorkerLoop(here.client, job_workers(desk, classifier, make_sla_ports()))
        running = asyncio.create_task(loop.run())
        try:
            yield here
        finally:
            await loop.stop()
            await running


async def until(here: Stage, true: Callable[[], object]) -> None:
    give_up_at = monotonic() + 30
    while not true():
        assert monotonic() < give_up_at, [one for one in here.seen.elements.values() if one.state == "ACTIVATED"]
        await asyncio.sleep(0.01)
        await here.rest()


def triages(here: Stage) -> list[SeenElement]:
    return here.seen.process_instances("ticket_triage")


def open_tasks(here: Stage) -> list[int]:
    return [task.key for task in here.seen.user_tasks.values() if task.is_open]


def failed_with(here: Stage, retries: int) -> bool:
    return any(job.intent == "FAILED" and job.value["retries"] == retries for job in here.seen.jobs.values())


async def test_tickets_of_every_kind_are_routed_resolved_and_closed() -> None:
    desk = InMemoryTicketDesk()
    samples = list(sample_tickets(12, seed=7))
    ids = [receipt.ticket_id for receipt in desk.intake([sample.ticket for sample in samples])]

    async with triage(desk, train(*training_examples(per_category=12))) as here:
        await desk.publish_pending(ZeebeMessagePublisher(here.client))
        while not (len(triages(here)) == 12 and all(one.state == "COMPLETED" for one in triages(here))):
            await until(here, lambda: open_tasks(here) or all(one.state == "COMPLETED" for one in triages(here)))
            for key in open_tasks(here):
                answer = {"category": "Hardware", "priority": "normal", "outcome": "solved", "reply": "Done."}
                await here.client.complete_user_task(key, answer)
            await here.rest()

    assert {desk.get(ticket_id).status.value for ticket_id in ids} == {"closed"}
    assert all(desk.get(ticket_id).outcome == "solved" and desk.get(ticket_id).team for ticket_id in ids)


async def test_personal_data_never_becomes_a_variable() -> None:
    desk = InMemoryTicketDesk()
    text = "My disk died. Call +7 921 123-45-67 or write to anna.k@example.org. Anna"
    ticket = NewTicket("mail", "1", text, subject="Disk", customer_name="Anna Karenina")
    desk.intake([ticket])

    async with triage(desk, NoClassifier()) as here:
        await desk.publish_pending(ZeebeMessagePublisher(here.client))
        await until(here, lambda: open_tasks(here))
        variables = str(here.seen.variables)

    assert "My disk died" in variables
    assert not any(secret in variables for secret in ("921", "anna.k", "Anna"))


async def test_without_a_classifier_the_person_sees_the_guess_at_the_priority() -> None:
    desk = InMemoryTicketDesk()
    desk.intake([NewTicket("mail", "1", "URGENT: the production database is down for everybody", subject="Outage")])

    async with triage(desk, NoClassifier()) as here:
        await desk.publish_pending(ZeebeMessagePublisher(here.client))
        await until(here, lambda: open_tasks(here))
        [instance] = triages(here)
        variables = here.seen.variables_of(instance.key)
        [task] = here.seen.user_tasks.values()

    assert task.value["elementId"] == "check_classification"
    assert variables["priority"] == "critical"


async def test_a_desk_that_is_down_ends_in_an_incident_after_three_tries() -> None:
    desk = DeskWithoutMail()
    [receipt] = desk.intake([NewTicket("mail", "1", "The laptop does not start", subject="Laptop")])

    async with triage(desk, NoClassifier()) as here:
        await desk.publish_pending(ZeebeMessagePublisher(here.client))
        await until(here, lambda: open_tasks(here))
        await here.client.complete_user_task(open_tasks(here)[0], {"category": "Hardware", "priority": "normal"})
        await here.rest()
        await until(here, lambda: open_tasks(here))
        await here.client.complete_user_task(open_tasks(here)[0], {"outcome": "solved", "reply": "Done."})
        for left in (2, 1):
            await until(here, lambda left=left: failed_with(here, left))
            # The pause before the next try passes at once.
            await here.add_time(600_000)
        await until(here, lambda: here.seen.incidents)
        [incident] = here.seen.incidents.values()

    assert incident.value["errorType"] == "JOB_NO_RETRIES"
    assert incident.value["elementId"] == "close_ticket"
    assert "refuses connections" in incident.value["errorMessage"]
    assert desk.get(receipt.ticket_id).status.value == "assigned"
