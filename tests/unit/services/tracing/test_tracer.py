"""The tracer over OpenTelemetry's SDK, before a real receiver of OTLP."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from structlog.contextvars import get_contextvars

from services import tracing
from services.tracing import Kind, PastSpan, TraceContext
from services.tracing.otel import OtelTracer
from tests.ends import ENDS_WITHIN_SECONDS
from tests.otlp_receiver import OtlpReceiver, otlp_receiver

FOREIGN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def receiver() -> Iterator[OtlpReceiver]:
    with otlp_receiver() as one:
        yield one


def test_spans_within_each_other_are_one_trace(receiver: OtlpReceiver) -> None:
    with tracing.use(OtelTracer.to(receiver.url, "api")) as tracer:
        with tracer.span("outer", kind=Kind.SERVER, attributes={"http.route": "/api/v1/tickets"}), tracer.span("inner"):
            logged = get_contextvars()["trace_id"]
        after = get_contextvars()

    outer, inner = receiver.named("outer"), receiver.named("inner")
    assert (inner.trace_id, inner.parent_id, outer.parent_id) == (outer.trace_id, outer.span_id, "")
    assert (outer.service, outer.attributes) == ("penstock-api", {"http.route": "/api/v1/tickets"})
    assert logged == outer.trace_id
    assert "trace_id" not in after


def test_processes_that_share_the_work_are_one_service(receiver: OtlpReceiver) -> None:
    for number in (1, 2):
        with tracing.use(OtelTracer.to(receiver.url, "api", number)) as tracer, tracer.span(f"request {number}"):
            pass

    first, second = receiver.named("request 1"), receiver.named("request 2")
    assert first.service == second.service == "penstock-api"
    assert first.instance.endswith("/api-1")
    assert second.instance.endswith("/api-2")


async def test_a_trace_follows_a_task_and_a_thread(receiver: OtlpReceiver) -> None:
    with tracing.use(OtelTracer.to(receiver.url, "workers")) as tracer, tracer.span("outer"):
        in_thread = await asyncio.to_thread(tracing.traceparent)
        in_task = await asyncio.create_task(_traceparent())

    assert in_thread == in_task
    assert receiver.named("outer").trace_id in in_task


async def _traceparent() -> str:
    return tracing.traceparent()


def test_a_trace_from_elsewhere_is_continued(receiver: OtlpReceiver) -> None:
    with tracing.use(OtelTracer.to(receiver.url, "api")) as tracer, tracer.span("request", parent=FOREIGN):
        pass

    request = receiver.named("request")
    assert (request.trace_id, request.parent_id) == (FOREIGN[3:35], FOREIGN[36:52])


def test_a_trace_that_nobody_records_is_not_sent_and_goes_on_so(receiver: OtlpReceiver) -> None:
    with tracing.use(OtelTracer.to(receiver.url, "api")) as tracer:
        with tracer.span("request", parent=FOREIGN[:-1] + "0") as span:
            handed_on = span.traceparent
        tracer.tell(past(TraceContext(1, 2, is_sampled=False)))

    assert handed_on.endswith("-00")
    assert receiver.spans == []


def test_only_the_wished_share_of_traces_is_recorded(receiver: OtlpReceiver) -> None:
    with tracing.use(OtelTracer.to(receiver.url, "api", ratio=0.0)) as tracer, tracer.span("request"):
        pass

    assert receiver.spans == []


def test_an_exception_is_told_by_its_class_alone(receiver: OtlpReceiver) -> None:
    used = tracing.use(OtelTracer.to(receiver.url, "workers"))
    with used as tracer, pytest.raises(ValueError, match="anna@example"), tracer.span("job"):
        raise ValueError("no such customer: anna@example.org")

    job = receiver.named("job")
    assert (job.is_error, job.attributes) == (True, {"error.type": "ValueError"})
    assert b"anna" not in b"".join(receiver.bodies)


def test_what_is_over_is_told_as_it_was(receiver: OtlpReceiver) -> None:
    span = past(TraceContext(0xABC, 0xDEF, is_sampled=True))

    with tracing.use(OtelTracer.to(receiver.url, "projection")) as tracer:
        tracer.tell(span)
        tracer.tell(replace(span, name="element bad", problem="TERMINATED"))

    good, bad = receiver.named("element check"), receiver.named("element bad")
    assert (good.trace_id, good.span_id, good.parent_id) == (f"{0xABC:032x}", f"{0xDEF:016x}", f"{7:016x}")
    assert (good.started_ns, good.ended_ns, good.service) == (1_000_000_000, 3_000_000_000, "penstock-engine")
    assert (good.is_error, bad.is_error, bad.attributes) == (False, True, {"n": 1, "error.type": "TERMINATED"})


def test_headers_go_along(receiver: OtlpReceiver) -> None:
    with tracing.use(OtelTracer.to(receiver.url, "api", headers={"x-token": "t0p"})) as tracer, tracer.span("request"):
        pass

    assert receiver.headers[0]["x-token"] == "t0p"


def test_a_receiver_that_is_away_holds_nobody_up() -> None:
    started = time.monotonic()

    with tracing.use(OtelTracer.to("http://127.0.0.1:1", "api")) as tracer, tracer.span("request"):
        pass

    assert time.monotonic() - started < 8


def test_off_costs_next_to_nothing_and_hands_nothing_on() -> None:
    started = time.process_time()

    for _turn in range(100_000):
        with tracing.current().span("request"):
            pass

    assert time.process_time() - started < ENDS_WITHIN_SECONDS
    assert (tracing.traceparent(), dict(tracing.variables())) == ("", {})


def past(context: TraceContext) -> PastSpan:
    return PastSpan("element check", context, parent_span_id=7, started_ms=1_000, ended_ms=3_000, attributes={"n": 1})
