"""Where a trace crosses from one room into another: processes, jobs, messages, models, foreign systems, background tasks.

Everything here does nothing while tracing is off (`PENSTOCK_OTLP_URL`). Why the context travels as it does:
docs/decisions/0018-traces-across-the-engine.md.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from services import tracing
from services.llm import ModelEndpoint, ModelReply, ModelRequest
from services.tracing import VARIABLE, Attributes, Kind, Span, TraceContext, Tracer, read_traceparent, span_id_of
from settings import Settings
from zeebe.client import ZeebeClient
from zeebe.job import Job
from zeebe.publisher import ZeebeMessagePublisher

# Messages that start an instance. One that waits for a message keeps the trace it began in.
STARTS = frozenset({"ticket_received", "change_set_proposed", "close_requested"})
# What the clock starts more often than this would drown everything else; figures tell of it (`services.monitoring`).
RARE_SECONDS = 30.0


def traced(settings: Settings, service: str, number: int = 1) -> AbstractContextManager[Tracer]:
    """Trace this process, one of several that are the same service, while the block runs, where the settings say so."""
    if not settings.otlp_url:
        return nullcontext(tracing.OFF)
    # The SDK takes its time to import.
    from services.tracing.otel import OtelTracer  # noqa: PLC0415

    headers = {name: value.get_secret_value() for name, value in settings.otlp_headers.items()}
    return tracing.use(OtelTracer.to(settings.otlp_url, service, number, ratio=settings.trace_ratio, headers=headers))


def job_span(job: Job) -> AbstractContextManager[Span]:
    """A job, under its element in the trace of its instance; a trace of its own where the instance has none."""
    tracer = tracing.current()
    if not tracer.is_on:
        return tracer.span("")
    above = read_traceparent(job.variables.get(VARIABLE))
    span_id = span_id_of(job.element_instance_key)
    parent = "" if above is None else TraceContext(above.trace_id, span_id, above.is_sampled).traceparent
    return tracer.span(
        f"job {job.type}",
        kind=Kind.CONSUMER,
        parent=parent,
        attributes={
            "penstock.job.key": job.key,
            "penstock.job.type": job.type,
            "penstock.job.retries": job.retries,
            "penstock.process_instance.key": job.process_instance_key,
            "penstock.element.id": job.element_id,
            "penstock.tenant": job.tenant_id,
        },
    )


def gateway_span(command: str) -> AbstractContextManager[object]:
    """A command to the gateway, as part of what is being traced; alone it is none."""
    tracer = tracing.current()
    if not tracer.traceparent():
        return nullcontext()
    attributes = {"rpc.system": "grpc", "rpc.service": "gateway_protocol.Gateway", "rpc.method": command}
    return tracer.span(f"gateway {command}", kind=Kind.CLIENT, attributes=attributes)


def task_span(name: str, every_seconds: float | None, parent: str) -> AbstractContextManager[Span]:
    """A background task: under the request that sent it, or by itself where the clock starts it."""
    if every_seconds is not None and every_seconds < RARE_SECONDS:
        return tracing.OFF.span(name)
    return tracing.current().span(f"task {name}", kind=Kind.CONSUMER, parent=parent, attributes={"penstock.task": name})


class Publisher(Protocol):
    """What rooms publish messages through."""

    async def publish_once(self, name: str, correlation_key: str, message_id: str, variables: Mapping[str, Any]) -> None: ...

    async def publish_now(self, name: str, correlation_key: str, variables: Mapping[str, Any]) -> None: ...


@dataclass(frozen=True, slots=True)
class TracedPublisher:
    """Publishes under the trace a message carries, else the current one; an instance that it starts continues there."""

    inner: ZeebeMessagePublisher

    async def publish_once(self, name: str, correlation_key: str, message_id: str, variables: Mapping[str, Any]) -> None:
        carried = variables.get(VARIABLE, "")
        with tracing.current().span(f"publish {name}", kind=Kind.PRODUCER, parent=carried) as span:
            told = {**variables, VARIABLE: span.traceparent} if name in STARTS else variables
            await self.inner.publish_once(name, correlation_key, message_id, told)

    async def publish_now(self, name: str, correlation_key: str, variables: Mapping[str, Any]) -> None:
        with tracing.current().span(f"publish {name}", kind=Kind.PRODUCER):
            await self.inner.publish_now(name, correlation_key, variables)


def publisher(client: ZeebeClient) -> Publisher:
    """Publishes messages, traced where tracing is on."""
    plain = ZeebeMessagePublisher(client, STARTS)
    return TracedPublisher(plain) if tracing.current().is_on else plain


@dataclass(frozen=True, slots=True)
class TracedEndpoint:
    """`ModelEndpoint` whose calls are spans, by the conventions for generative models: model and tokens, never a text."""

    inner: ModelEndpoint

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def model(self) -> str:
        return self.inner.model

    @property
    def input_price(self) -> float:
        return self.inner.input_price

    @property
    def output_price(self) -> float:
        return self.inner.output_price

    async def complete(self, request: ModelRequest) -> ModelReply:
        asked: Attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": self.name,
            "gen_ai.request.model": self.model,
            "gen_ai.request.max_tokens": request.max_tokens,
            "penstock.prompt": request.name,
        }
        with tracing.current().span(f"chat {self.model}", kind=Kind.CLIENT, attributes=asked) as span:
            reply = await self.inner.complete(request)
            span.set(
                {
                    "gen_ai.response.model": reply.model,
                    "gen_ai.usage.input_tokens": reply.prompt_tokens,
                    "gen_ai.usage.output_tokens": reply.completion_tokens,
                }
            )
        return reply

    def stream(self, request: ModelRequest) -> AsyncIterator[str]:
        return self.inner.stream(request)


def traced_endpoint(endpoint: ModelEndpoint) -> ModelEndpoint:
    return TracedEndpoint(endpoint) if tracing.current().is_on else endpoint


@contextmanager
def request_span(request: httpx.Request) -> Iterator[Callable[[int], None]]:
    """A request to a foreign system, by host: paths and queries may name people. No trace context goes out with it."""
    tracer = tracing.current()
    if not tracer.traceparent():
        yield lambda _status: None
        return
    attributes = {"http.request.method": request.method, "server.address": request.url.host}
    with tracer.span(f"HTTP {request.method}", kind=Kind.CLIENT, attributes=attributes) as span:

        def answered(status: int) -> None:
            span.set({"http.response.status_code": status})
            if status >= 400:
                span.fail(str(status))

        yield answered
