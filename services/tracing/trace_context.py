"""W3C trace context, and how it crosses an engine.

An instance carries the text of the header `traceparent` as a variable: the engine, embedded or cluster, hands it to every job
and tells it in its record stream. The span of an element instance is not in it, for no engine would change a variable at each
element. Its id is computed from the element instance's key, so whoever does a job, and whoever later tells of the element by
its records, name the same span without having spoken with each other.
"""

import hashlib
import re
from dataclasses import dataclass

_HEADER = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)
_SAMPLED = 1
LONGEST_HEADER = 512


@dataclass(frozen=True, slots=True)
class TraceContext:
    """Where a span belongs: its trace, its own id, and whether the trace is recorded."""

    trace_id: int
    span_id: int
    is_sampled: bool

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace_id:032x}-{self.span_id:016x}-{int(self.is_sampled):02x}"


def read_traceparent(header: object) -> TraceContext | None:
    """The context in a header or a variable; None where there is none that the standard allows. Both come from outside."""
    if not isinstance(header, str) or len(header) > LONGEST_HEADER:
        return None
    found = _HEADER.fullmatch(header.strip())
    if found is None or found[1] == "ff" or (found[1] == "00" and found[5]):
        return None
    trace_id, span_id = int(found[2], 16), int(found[3], 16)
    if not trace_id or not span_id:
        return None
    return TraceContext(trace_id, span_id, bool(int(found[4], 16) & _SAMPLED))


def span_id_of(key: int) -> int:
    """The id of the span of an element or process instance."""
    digest = hashlib.blake2b(key.to_bytes(8, "big", signed=True), digest_size=8, person=b"penstock-span").digest()
    return int.from_bytes(digest, "big") or 1
