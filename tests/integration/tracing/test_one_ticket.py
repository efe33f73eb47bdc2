"""One ticket through a whole house, as a real receiver of OTLP sees it."""

import os
from collections.abc import Iterator

import httpx
import pytest

from tests.house import House, house
from tests.otlp_receiver import OtlpReceiver, ReceivedSpan, otlp_receiver

TEXT = "My name is Anna Petrova, the VPN client on my laptop rejects my password since this morning"
ANNOUNCED = ["process ticket_triage", "publish ticket_received", "POST /api/v1/tickets"]
DONE = [
    "gateway PublishMessage",
    "job classify-ticket",
    "element classify_ticket",
    "chat penstock-practice-1",
    "job suggest-reply",
]


@pytest.fixture(scope="module")
def receiver() -> Iterator[OtlpReceiver]:
    with otlp_receiver() as one:
        yield one


@pytest.fixture(scope="module")
def running(receiver: OtlpReceiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch, house(tmp_path_factory.mktemp("traced") / "data") as one:
        patch.setitem(os.environ, "PENSTOCK_OTLP_URL", receiver.url)
        one.start()
        yield one


@pytest.fixture(scope="module")
def told(running: House, receiver: OtlpReceiver) -> str:
    """A ticket from its request to the end of its instance, all spans received; the instance's key."""
    headers = {"Authorization": f"Bearer {running.command('accounts', 'token', 'admin').stdout.split()[-1]}"}
    ticket = {"source": "shop", "external_id": "4711", "text": TEXT, "customer_email": "anna@example.org"}

    with httpx.Client(base_url=running.web, headers=headers) as client:
        client.post("/api/v1/tickets", json=ticket).raise_for_status()
        receiver.wait_for(lambda: has(receiver, "element suggest_reply"), 60)
        # An instance is told when it is over.
        [(key,)] = running.sql("SELECT key FROM process_instance WHERE bpmn_process_id = 'ticket_triage'")
        client.post(f"/api/v1/instances/{key}/cancellation").raise_for_status()
    # Each process sends its spans when its own time has come, in no order.
    receiver.wait_for(lambda: all(has(receiver, name) for name in (*ANNOUNCED, *DONE)), 30)
    return str(key)


def test_a_ticket_is_one_trace_from_the_request_to_the_model_and_back(told: str, receiver: OtlpReceiver) -> None:
    request = receiver.named("POST /api/v1/tickets")
    trace = {span.name: span for span in receiver.spans if span.trace_id == request.trace_id}

    assert way(trace, "job classify-ticket") == ["element classify_ticket", *ANNOUNCED]
    assert way(trace, "gateway PublishMessage") == ANNOUNCED[1:]
    assert way(trace, "chat penstock-practice-1")[:2] == ["job suggest-reply", "element suggest_reply"]
    assert {span.service for span in trace.values()} == {"penstock-api", "penstock-workers", "penstock-engine"}
    assert trace["chat penstock-practice-1"].attributes["gen_ai.usage.output_tokens"] > 0
    assert str(trace["process ticket_triage"].attributes["penstock.process_instance.key"]) == told


def test_a_background_task_continues_the_request_that_asked_for_it(running: House, receiver: OtlpReceiver) -> None:
    headers = {"Authorization": f"Bearer {running.command('accounts', 'token', 'admin').stdout.split()[-1]}"}
    asked = {"report": "tickets", "format": "csv", "first_day": "2026-01-01", "last_day": "2026-01-31"}

    httpx.post(f"{running.web}/api/v1/reports", json=asked, headers=headers).raise_for_status()
    receiver.wait_for(lambda: has(receiver, "task reports.make") and has(receiver, "POST /api/v1/reports"), 30)

    assert receiver.named("task reports.make").parent_id == receiver.named("POST /api/v1/reports").span_id


def test_no_span_holds_anything_of_the_customer_s(told: str, receiver: OtlpReceiver) -> None:
    sent = b"".join(receiver.bodies)

    assert receiver.spans
    assert not any(word in sent for word in (b"Anna", b"anna@", b"laptop", b"VPN"))


def has(receiver: OtlpReceiver, name: str) -> bool:
    return any(span.name == name for span in receiver.spans)


def way(trace: dict[str, ReceivedSpan], name: str) -> list[str]:
    """The names of the spans above one, up to the root."""
    by_id = {span.span_id: span for span in trace.values()}
    names, span = [], trace[name]
    while span.parent_id:
        span = by_id[span.parent_id]
        names.append(span.name)
    return names
