"""Traces by OpenTelemetry's SDK, sent by OTLP over HTTP. Imported only where tracing is on: it takes its time and memory.

Sending happens in a thread beside the work. While the receiver is away spans are dropped, and nothing else is noticed.
"""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import requests
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from structlog.contextvars import bound_contextvars

from services.tracing.trace_context import TraceContext, read_traceparent
from services.tracing.tracer import Attributes, Kind, PastSpan, Span

# A process that ends waits this long for a receiver that does not answer.
SEND_SECONDS = 3.0
# How long a span waits for others to be sent with.
GATHER_SECONDS = 1.0
LONGEST_VALUE = 200
ENGINE = "penstock-engine"
_NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class _OtelSpan:
    span: trace.Span

    def rename(self, name: str) -> None:
        self.span.update_name(name)

    def set(self, attributes: Attributes) -> None:
        self.span.set_attributes(attributes)

    def fail(self, kind: str) -> None:
        self.span.set_attribute("error.type", kind)
        self.span.set_status(trace.StatusCode.ERROR)

    @property
    def traceparent(self) -> str:
        return _traceparent_of(self.span)


class OtelTracer:
    """`Tracer` that sends to any receiver of OTLP."""

    is_on = True

    def __init__(self, service: str, exporter: SpanExporter, *, number: int = 1, ratio: float = 1.0) -> None:
        described = {"service.namespace": "penstock"}
        # Several processes are one service: what a person looks for, filters by and sees in a trace.
        instance = {"service.instance.id": f"{socket.gethostname()}/{service}-{number}"}
        # Not OpenTelemetry's own process-wide tracer: a library that finds one would tell of texts and addresses.
        self._provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(ratio)),
            resource=Resource.create({**described, **instance, "service.name": f"penstock-{service}"}),
            span_limits=SpanLimits(max_attribute_length=LONGEST_VALUE),
            shutdown_on_exit=False,
        )
        self._processor = BatchSpanProcessor(exporter, schedule_delay_millis=GATHER_SECONDS * 1000)
        self._provider.add_span_processor(self._processor)
        self._tracer = self._provider.get_tracer("penstock")
        self._engine = Resource.create({**described, "service.name": ENGINE})

    @classmethod
    def to(
        cls, url: str, service: str, number: int = 1, *, ratio: float = 1.0, headers: Mapping[str, str] | None = None
    ) -> "OtelTracer":
        """Send to a receiver's base URL, as http://127.0.0.1:4318."""
        session = requests.Session()
        # Spans go where the setting says, by no proxy that the environment names.
        session.trust_env = False
        exporter = OTLPSpanExporter(
            f"{url.rstrip('/')}/v1/traces", headers=dict(headers or {}), timeout=SEND_SECONDS, session=session
        )
        return cls(service, exporter, number=number, ratio=ratio)

    @contextmanager
    def span(
        self, name: str, *, kind: Kind = Kind.INTERNAL, parent: str = "", attributes: Attributes | None = None
    ) -> Iterator[Span]:
        above = _remote(read_traceparent(parent)) if parent else None
        begun = self._tracer.start_span(name, context=above, kind=trace.SpanKind[kind], attributes=attributes)
        span = _OtelSpan(begun)
        token = otel_context.attach(trace.set_span_in_context(begun))
        try:
            with bound_contextvars(trace_id=f"{begun.get_span_context().trace_id:032x}"):
                yield span
        except BaseException as error:
            # Its text may be personal; its class says what happened.
            span.fail(type(error).__name__)
            raise
        finally:
            otel_context.detach(token)
            begun.end()

    def traceparent(self) -> str:
        return _traceparent_of(trace.get_current_span())

    def tell(self, span: PastSpan) -> None:
        if not span.context.is_sampled:
            return
        own = _span_context(span.context, is_remote=False)
        parent = _span_context(TraceContext(span.context.trace_id, span.parent_span_id, is_sampled=True), is_remote=True)
        attributes = {**span.attributes, **({"error.type": span.problem} if span.problem else {})}
        self._processor.on_end(
            ReadableSpan(
                name=span.name,
                context=own,
                parent=parent,
                resource=self._engine,
                attributes=attributes,
                kind=trace.SpanKind.INTERNAL,
                instrumentation_scope=self._tracer._instrumentation_scope,  # type: ignore[attr-defined]  # noqa: SLF001
                status=trace.Status(trace.StatusCode.ERROR if span.problem else trace.StatusCode.UNSET),
                start_time=span.started_ms * _NS_PER_MS,
                end_time=max(span.ended_ms, span.started_ms) * _NS_PER_MS,
            )
        )

    def flush(self) -> None:
        """Send now what was gathered."""
        self._provider.force_flush(int(SEND_SECONDS * 1000))

    def close(self) -> None:
        self._provider.shutdown()


def _span_context(context: TraceContext, *, is_remote: bool) -> trace.SpanContext:
    flags = trace.TraceFlags(trace.TraceFlags.SAMPLED if context.is_sampled else trace.TraceFlags.DEFAULT)
    return trace.SpanContext(context.trace_id, context.span_id, is_remote=is_remote, trace_flags=flags)


def _remote(context: TraceContext | None) -> otel_context.Context:
    """Under a span elsewhere, or under none: never under the current one, which belongs to something else."""
    if context is None:
        return otel_context.Context()
    return trace.set_span_in_context(trace.NonRecordingSpan(_span_context(context, is_remote=True)), otel_context.Context())


def _traceparent_of(span: trace.Span) -> str:
    context = span.get_span_context()
    if not context.is_valid:
        return ""
    return TraceContext(context.trace_id, context.span_id, context.trace_flags.sampled).traceparent
