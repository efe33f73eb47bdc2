"""The port of tracing, what stands there while it is off, and which one this process uses.

One for a process, as its log is: a trace goes through every room, and handing it through every constructor would say nothing.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from services.tracing.trace_context import TraceContext

# The variable under which an instance carries its trace.
VARIABLE = "traceparent"

type Attributes = Mapping[str, str | int | float | bool]


class Kind(StrEnum):
    """Which side of a conversation a span tells."""

    INTERNAL = "INTERNAL"
    SERVER = "SERVER"
    CLIENT = "CLIENT"
    PRODUCER = "PRODUCER"
    CONSUMER = "CONSUMER"


class Span(Protocol):
    """A span under way."""

    def rename(self, name: str) -> None: ...

    def set(self, attributes: Attributes) -> None: ...

    def fail(self, kind: str) -> None:
        """It ends badly; `kind` is a class of trouble, never its text."""
        ...

    @property
    def traceparent(self) -> str:
        """What to hand on so that others continue here; empty while tracing is off."""
        ...


@dataclass(frozen=True, slots=True)
class PastSpan:
    """A span that is over and was somebody else's: it is told as it was. Moments are milliseconds since 1970."""

    name: str
    context: TraceContext
    parent_span_id: int
    started_ms: int
    ended_ms: int
    attributes: Attributes = field(default_factory=dict)
    problem: str = ""


class Tracer(Protocol):
    def span(
        self, name: str, *, kind: Kind = Kind.INTERNAL, parent: str = "", attributes: Attributes | None = None
    ) -> AbstractContextManager[Span]:
        """A span while the block runs, under `parent` (a traceparent) or else under the current one.

        An exception that passes marks it failed, by its class alone.
        """
        ...

    def traceparent(self) -> str:
        """The current span's, empty where there is none."""
        ...

    def tell(self, span: PastSpan) -> None: ...

    @property
    def is_on(self) -> bool: ...

    def close(self) -> None:
        """Send what is left, and wait a moment for that."""
        ...


class _NoSpan:
    traceparent = ""

    def rename(self, name: str) -> None: ...

    def set(self, attributes: Attributes) -> None: ...

    def fail(self, kind: str) -> None: ...


_NOTHING: AbstractContextManager[Span] = nullcontext(_NoSpan())


class _Off:
    """Costs a call and nothing more."""

    is_on = False

    def span(
        self,
        name: str,  # noqa: ARG002 -- the port's
        *,
        kind: Kind = Kind.INTERNAL,  # noqa: ARG002
        parent: str = "",  # noqa: ARG002
        attributes: Attributes | None = None,  # noqa: ARG002
    ) -> AbstractContextManager[Span]:
        return _NOTHING

    def traceparent(self) -> str:
        return ""

    def tell(self, span: PastSpan) -> None: ...

    def close(self) -> None: ...


OFF: Tracer = _Off()


class _Chosen:
    tracer: Tracer = OFF


def current() -> Tracer:
    """The tracer of this process."""
    return _Chosen.tracer


def traceparent() -> str:
    """The current span's, for whoever keeps it until later."""
    return _Chosen.tracer.traceparent()


def variables() -> Mapping[str, str]:
    """What an instance that begins now should carry."""
    found = traceparent()
    return {VARIABLE: found} if found else {}


@contextmanager
def use(tracer: Tracer) -> Iterator[Tracer]:
    """Let this process use a tracer while the block runs; what is left is sent at its end."""
    before, _Chosen.tracer = _Chosen.tracer, tracer
    try:
        yield tracer
    finally:
        _Chosen.tracer = before
        tracer.close()
