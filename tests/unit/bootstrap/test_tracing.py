"""Where traces cross from one room into another, before a real receiver of OTLP."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, insert

from bootstrap.element_spans import element_teller
from bootstrap.tracing import TracedEndpoint, TracedPublisher, job_span, request_span, task_span, traced
from history.database import open_engine
from history.tables import element_instance, metadata, process_instance, variable
from services import tracing
from services.llm import ModelAway, ModelReply, ModelRequest
from services.llm.endpoint import Message
from services.tracing import span_id_of
from settings import Settings
from tests.factories import make_job
from tests.otlp_receiver import OtlpReceiver, otlp_receiver
from tests.web_app import running_web_app
from zeebe.records import Record

HEADER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
TRACE, CALLER = HEADER[3:35], HEADER[36:52]
QUESTION = ModelRequest((Message("user", "Anna's phone is 555-12-34"),), "reply", {}, 100, 0.0, 5.0)


@pytest.fixture
def receiver() -> Iterator[OtlpReceiver]:
    with otlp_receiver() as one:
        yield one


def on(receiver: OtlpReceiver) -> Any:
    return traced(Settings(otlp_url=receiver.url), "test")


def test_a_job_stands_under_its_element_in_its_instance_s_trace(receiver: OtlpReceiver) -> None:
    job = make_job(type="classify-ticket", element_instance_key=77, variables={"traceparent": HEADER, "name": "Anna"})

    with on(receiver), job_span(job):
        pass

    span = receiver.named("job classify-ticket")
    assert (span.trace_id, span.parent_id) == (TRACE, f"{span_id_of(77):016x}")
    assert b"Anna" not in receiver.bodies[0]


@pytest.mark.parametrize("carried", [None, "", 5, "garbage", {"a": 1}])
def test_a_job_without_a_readable_trace_begins_one(receiver: OtlpReceiver, carried: object) -> None:
    with on(receiver), job_span(make_job(type="work", variables={"traceparent": carried})):
        pass

    assert receiver.named("job work").parent_id == ""


@dataclass
class Gateway:
    published: list[dict[str, Any]] = field(default_factory=list)

    async def publish_once(self, name: str, correlation_key: str, message_id: str, variables: dict[str, Any]) -> None:
        self.published.append(dict(variables))


async def test_a_ticket_announced_by_another_request_stays_in_its_own_trace(receiver: OtlpReceiver) -> None:
    gateway = Gateway()

    with on(receiver) as tracer, tracer.span("another request"):
        await TracedPublisher(gateway).publish_once("ticket_received", "k", "m", {"ticket_id": "T-1", "traceparent": HEADER})

    span = receiver.named("publish ticket_received")
    assert (span.trace_id, span.parent_id) == (TRACE, CALLER)
    assert gateway.published == [{"ticket_id": "T-1", "traceparent": f"00-{TRACE}-{span.span_id}-01"}]


async def test_a_message_that_somebody_waits_for_leaves_the_instance_s_trace_alone(receiver: OtlpReceiver) -> None:
    gateway = Gateway()

    with on(receiver) as tracer, tracer.span("decision"):
        await TracedPublisher(gateway).publish_once("first_approvals_given", "k", "m", {"approved": True})

    assert gateway.published == [{"approved": True}]
    assert receiver.named("publish first_approvals_given").parent_id == receiver.named("decision").span_id


@dataclass
class Model:
    name: str = "local"
    model: str = "m-1"
    input_price: float = 0.0
    output_price: float = 0.0
    answers: bool = True

    async def complete(self, request: ModelRequest) -> ModelReply:
        if not self.answers:
            raise ModelAway("Anna's model is away")
        return ModelReply("Dear Anna", "m-1-2026", 12, 7)

    def stream(self, request: ModelRequest) -> Any:
        raise NotImplementedError


async def test_a_model_s_call_is_told_by_tokens_and_never_by_text(receiver: OtlpReceiver) -> None:
    with on(receiver):
        await TracedEndpoint(Model()).complete(QUESTION)
        with pytest.raises(ModelAway):
            await TracedEndpoint(Model(model="m-2", answers=False)).complete(QUESTION)

    said = receiver.named("chat m-1").attributes
    assert (said["gen_ai.usage.input_tokens"], said["gen_ai.usage.output_tokens"]) == (12, 7)
    assert receiver.named("chat m-2").attributes["error.type"] == "ModelAway"
    assert not any(word in b"".join(receiver.bodies) for word in (b"Anna", b"555"))


def test_a_foreign_system_is_told_by_its_host(receiver: OtlpReceiver) -> None:
    request = httpx.Request("GET", "https://crm.example.org/contacts/anna@example.org?phone=555")

    with on(receiver) as tracer:
        with request_span(request) as answered:
            answered(200)
        with tracer.span("job"), request_span(request) as answered:
            answered(503)

    call = receiver.named("HTTP GET")
    assert call.attributes == {
        "http.request.method": "GET",
        "server.address": "crm.example.org",
        "http.response.status_code": 503,
        "error.type": "503",
    }


def test_a_task_continues_the_request_that_sent_it_and_frequent_ones_are_left_out(receiver: OtlpReceiver) -> None:
    with on(receiver):
        with task_span("reports.make", None, HEADER):
            pass
        with task_span("tickets.announce", 5.0, ""):
            pass

    assert [(span.name, span.parent_id) for span in receiver.spans] == [("task reports.make", CALLER)]


async def test_a_request_is_told_by_its_route_and_continues_its_caller_s_trace(receiver: OtlpReceiver, tmp_path: Path) -> None:
    with on(receiver):
        async with running_web_app(tmp_path) as app, app.browser() as browser:
            headers = app.bearer(app.account("staff", username="anna"))
            await browser.get("/api/v1/tickets/T-999?q=secret", headers={**headers, "traceparent": HEADER})
            await browser.get("/health", headers={"traceparent": HEADER})
            await browser.get("/nothing/anna@example.org", headers={"traceparent": "garbage"})

    request, lost = receiver.named("GET /api/v1/tickets/{ticket_id}"), receiver.named("GET -")
    assert (request.trace_id, request.parent_id) == (TRACE, CALLER)
    assert (request.attributes["http.response.status_code"], request.is_error) == (404, False)
    assert (lost.parent_id, len(receiver.spans)) == ("", 2)
    assert not any(word in b"".join(receiver.bodies) for word in (b"secret", b"anna", b"T-999"))


def test_elements_are_told_once_the_read_models_hold_them(receiver: OtlpReceiver, tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'history.db'}")
    _instance(engine, 10, parent=None, ended_at=9_000)
    _instance(engine, 20, parent=12, ended_at=None)
    _instance(engine, 30, parent=None, ended_at=8_000, carried='"garbage"')
    _element(engine, 12, instance=10, scope=10, state="TERMINATED")
    _element(engine, 13, instance=10, scope=12)
    keys = [10, 12, 13, 20, 30, 999]

    with on(receiver):
        tell = element_teller(engine, is_embedded=True)
        assert tell is not None
        tell([_ended(key) for key in keys])
    engine.dispose()

    told = {span.span_id: (span.name, span.parent_id, span.is_error) for span in receiver.spans}
    assert told == {
        _id(10): ("process order", CALLER, False),
        _id(12): ("element e12", _id(10), True),
        _id(13): ("element e13", _id(12), False),
    }


def test_a_database_that_is_away_costs_spans_and_not_the_projection(receiver: OtlpReceiver, tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'without-tables.db'}")

    with on(receiver):
        tell = element_teller(engine, is_embedded=True)
        assert tell is not None
        tell([_ended(1)])
    engine.dispose()

    assert receiver.spans == []


def test_nothing_is_told_while_tracing_is_off(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'history.db'}")

    with traced(Settings(), "test") as tracer:
        assert element_teller(engine, is_embedded=True) is None
        with job_span(make_job(variables={"traceparent": HEADER})), request_span(httpx.Request("GET", "https://a.example")):
            assert tracing.traceparent() == ""
    engine.dispose()

    assert not tracer.is_on


def _id(key: int) -> str:
    return f"{span_id_of(key):016x}"


def _ended(key: int) -> Record:
    return Record(
        position=key,
        value_type="PROCESS_INSTANCE",
        intent="ELEMENT_COMPLETED",
        key=key,
        timestamp=1,
        record_type="EVENT",
        value={},
    )


def _instance(engine: Engine, key: int, *, parent: int | None, ended_at: int | None, carried: str = f'"{HEADER}"') -> None:
    metadata.create_all(engine)
    row = {"key": key, "tenant_id": "<default>", "bpmn_process_id": "order", "process_definition_key": 1, "version": 1}
    times = {"state": "COMPLETED", "started_at": 1_000, "ended_at": ended_at, "started_position": 1, "ended_position": 2}
    called = {"parent_process_instance_key": parent, "parent_element_instance_key": parent, "root_process_instance_key": key}
    value = {"key": key + 1_000, "tenant_id": "<default>", "name": "traceparent", "value": carried, "value_start": ""}
    place = {"scope_key": key, "process_instance_key": key, "process_definition_key": 1, "bpmn_process_id": "order"}
    written = {"created_at": 1, "updated_at": 1, "updated_position": 1}
    with engine.begin() as connection:
        connection.execute(insert(process_instance), {**row, **times, **called, "incident_count": 0, "tree_incident_count": 0})
        connection.execute(insert(variable), {**value, **place, **written})


def _element(engine: Engine, key: int, *, instance: int, scope: int, state: str = "COMPLETED") -> None:
    row = {"key": key, "tenant_id": "<default>", "process_instance_key": instance, "process_definition_key": 1}
    what = {"bpmn_process_id": "order", "element_id": f"e{key}", "element_type": "SERVICE_TASK", "flow_scope_key": scope}
    times = {"state": state, "started_at": 1_000, "ended_at": 2_000, "started_position": 1, "ended_position": 2}
    with engine.begin() as connection:
        connection.execute(insert(element_instance), {**row, **what, **times, "incident_count": 0})
