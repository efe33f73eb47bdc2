"""What every ticket desk promises."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from history.database import open_engine
from services.crm import Assignment, InMemoryTicketDesk, NewTicket, SqlTicketDesk, TicketDesk, TicketStatus, TicketUnknown
from services.crm.tables import metadata


class RecordingPublisher:
    """Publishes into a list; after `fails_after` messages the connection is gone."""

    def __init__(self, fails_after: int = 1000) -> None:
        self.published: list[tuple[str, str, str, dict[str, Any]]] = []
        self.fails_after = fails_after

    async def publish_once(self, name: str, correlation_key: str, message_id: str, variables: Mapping[str, Any]) -> None:
        if len(self.published) >= self.fails_after:
            raise ConnectionError
        self.published.append((name, correlation_key, message_id, dict(variables)))


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TicketDesk]:
    if request.param == "memory":
        yield InMemoryTicketDesk()
        return
    url = f"sqlite:///{tmp_path / 'desk.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    engine = open_engine(url)
    metadata.create_all(engine)
    yield SqlTicketDesk(engine)
    engine.dispose()


def ticket(number: int = 1, **changes: str) -> NewTicket:
    return NewTicket(**{"source": "mail", "external_id": str(number), "text": "The printer burns", **changes})


def test_takes_a_ticket_once_by_source_and_id(desk: TicketDesk) -> None:
    first = desk.intake([ticket(1), ticket(2), ticket(1)])

    second = desk.intake([ticket(2, text="other words"), ticket(3)])

    assert [receipt.is_new for receipt in first] == [True, True, False]
    assert [receipt.is_new for receipt in second] == [False, True]
    assert first[0].ticket_id == first[2].ticket_id
    assert desk.get(second[0].ticket_id).text == "The printer burns"


def test_the_same_id_of_two_sources_is_two_tickets(desk: TicketDesk) -> None:
    receipts = desk.intake([ticket(1), ticket(1, source="portal")])

    assert len({receipt.ticket_id for receipt in receipts}) == 2


async def test_announces_each_ticket_once_without_its_text(desk: TicketDesk) -> None:
    [receipt] = desk.intake([ticket()])
    publisher = RecordingPublisher()

    counts = [await desk.publish_pending(publisher), await desk.publish_pending(publisher)]

    assert counts == [1, 0]
    variables = {"ticket_id": receipt.ticket_id, "source": "mail"}
    assert publisher.published == [("ticket_received", "mail:1", "ticket_received:mail:1", variables)]


async def test_leaves_new_tickets_to_who_took_them_in(desk: TicketDesk) -> None:
    desk.intake([ticket()])
    publisher = RecordingPublisher()

    counts = [await desk.publish_pending(publisher, older_than=age) for age in (timedelta(hours=1), timedelta())]

    assert counts == [0, 1]
    assert len(publisher.published) == 1


async def test_announces_the_rest_after_a_failure(desk: TicketDesk) -> None:
    desk.intake([ticket(number) for number in range(5)])
    with pytest.raises(ConnectionError):
        await desk.publish_pending(RecordingPublisher(fails_after=2))

    publisher = RecordingPublisher()
    await desk.publish_pending(publisher)

    assert len(publisher.published) == 3


def test_a_change_with_the_same_request_id_happens_once(desk: TicketDesk) -> None:
    [receipt] = desk.intake([ticket()])

    for _attempt in range(2):
        desk.assign(receipt.ticket_id, team="identity", category="Access", priority="high", request_id="7")
    desk.escalate(receipt.ticket_id, lead="identity-leads", request_id="8")
    desk.close(receipt.ticket_id, outcome="resolved", reply="Done", request_id="9")

    closed = desk.get(receipt.ticket_id)
    assert (closed.status, closed.team, closed.outcome) == (TicketStatus.CLOSED, "identity", "resolved")
    assert desk.notes(receipt.ticket_id) == [
        "assigned to identity",
        "target missed, escalated to identity-leads",
        "closed as resolved: Done",
    ]


def test_a_closed_ticket_keeps_its_outcome_unless_the_next_one_overrules_it(desk: TicketDesk) -> None:
    [receipt] = desk.intake([ticket()])
    desk.close(receipt.ticket_id, outcome="merged into T-9", reply="", request_id="merge:1")
    first = desk.get(receipt.ticket_id)

    desk.close(receipt.ticket_id, outcome="withdrawn", reply="", request_id="77")
    kept = desk.get(receipt.ticket_id)
    desk.close(receipt.ticket_id, outcome="merged into T-5", reply="", request_id="merge:2", overrules=True)

    assert (kept.outcome, kept.closed_at) == ("merged into T-9", first.closed_at)
    assert desk.get(receipt.ticket_id).outcome == "merged into T-5"
    assert desk.notes(receipt.ticket_id) == ["closed as merged into T-9", "closed as withdrawn", "closed as merged into T-5"]


@pytest.mark.parametrize("ticket_id", ["T-99", "", "T-x", "T-²", "T-" + "9" * 40])
def test_an_unknown_ticket_is_named(desk: TicketDesk, ticket_id: str) -> None:
    with pytest.raises(TicketUnknown, match="knows no ticket"):
        desk.get(ticket_id)


def test_what_a_person_chose_in_the_process_is_kept_by_it(desk: TicketDesk) -> None:
    [receipt] = desk.intake([ticket()])
    asked = {"team": "identity", "category": "Access", "priority": "high"}

    chosen = desk.assign(receipt.ticket_id, **asked, request_id="1", chosen_by="check_classification")
    later = desk.assign(receipt.ticket_id, team="devices", category="Hardware", priority="low", request_id="2")

    assert chosen == Assignment(**asked)
    assert later == Assignment("devices", "Access", "high")
