"""Traces: one ticket's way through request, message, process instance, job and model call, as spans of one trace.

Off unless somebody turns it on (`use`), and then exported by OTLP. Spans carry keys and names of the model, never texts,
addresses or anything a customer wrote. How the context travels through an engine that knows nothing of it: `trace_context`.
"""

from services.tracing.trace_context import TraceContext, read_traceparent, span_id_of
from services.tracing.tracer import (
    OFF,
    VARIABLE,
    Attributes,
    Kind,
    PastSpan,
    Span,
    Tracer,
    current,
    traceparent,
    use,
    variables,
)

__all__ = [
    "OFF",
    "VARIABLE",
    "Attributes",
    "Kind",
    "PastSpan",
    "Span",
    "TraceContext",
    "Tracer",
    "current",
    "read_traceparent",
    "span_id_of",
    "traceparent",
    "use",
    "variables",
]
