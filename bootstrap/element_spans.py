"""What an engine did, as spans: each element and instance that ended, told from its records once the read models hold them.

So the same spans come from the embedded gateway and from a cluster, and neither knows of tracing. Their ids are computed from
keys: what is told twice is the same span.
"""

from collections.abc import Callable, Sequence

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from history.queries.ended_elements import EndedElement, ended_elements
from services import tracing
from services.tracing import PastSpan, TraceContext, Tracer, read_traceparent, span_id_of
from zeebe.records import Record

log = structlog.get_logger(__name__)

_ENDS = frozenset({"ELEMENT_COMPLETED", "ELEMENT_TERMINATED"})
_COMPLETED = "COMPLETED"


def element_teller(engine: Engine, *, is_embedded: bool) -> Callable[[Sequence[Record]], None] | None:
    """What hears of each batch that was projected; None while tracing is off."""
    tracer = tracing.current()
    if not tracer.is_on:
        return None

    def tell(records: Sequence[Record]) -> None:
        keys = [record.key for record in records if record.value_type == "PROCESS_INSTANCE" and record.intent in _ENDS]
        try:
            for ended in ended_elements(engine, keys, carried_as=tracing.VARIABLE):
                _tell(tracer, ended, engine_name="penstock" if is_embedded else "zeebe")
        except SQLAlchemyError as error:
            # Spans may be missing; the projection, which was here first, goes on.
            log.warning("elements_not_traced", reason=type(error).__name__)

    return tell


def _tell(tracer: Tracer, ended: EndedElement, engine_name: str) -> None:
    began = read_traceparent(ended.traceparent)
    if began is None:
        return
    name = f"process {ended.element_id}" if ended.element_type == "PROCESS" else f"element {ended.element_id}"
    tracer.tell(
        PastSpan(
            name,
            TraceContext(began.trace_id, span_id_of(ended.key), began.is_sampled),
            parent_span_id=span_id_of(ended.parent_key) if ended.parent_key > 0 else began.span_id,
            started_ms=ended.started_at,
            ended_ms=ended.ended_at,
            attributes={
                "penstock.engine": engine_name,
                "penstock.process.id": ended.bpmn_process_id,
                "penstock.process_instance.key": ended.process_instance_key,
                "penstock.element.id": ended.element_id,
                "penstock.element.type": ended.element_type,
                "penstock.element_instance.key": ended.key,
                "penstock.tenant": ended.tenant_id,
            },
            problem="" if ended.state == _COMPLETED else ended.state,
        )
    )
