"""Counters and durations of the servers, as Prometheus text.

A call adds one to two dictionaries; sums over buckets are made only when somebody asks.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from time import perf_counter

import grpc

_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """What the gateway counts; gauges are read when they are asked for."""

    def __init__(self) -> None:
        self._requests: Counter[tuple[str, grpc.StatusCode]] = Counter()
        self._buckets: defaultdict[str, list[int]] = defaultdict(lambda: [0] * (len(_BOUNDS) + 1))
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._gauges: dict[str, tuple[str, Callable[[], float]]] = {}

    def observe(self, method: str, status: grpc.StatusCode, started: float) -> None:
        """Count one call that began at `perf_counter()` time `started`."""
        seconds = perf_counter() - started
        self._requests[method, status] += 1
        self._buckets[method][bisect_left(_BOUNDS, seconds)] += 1
        self._seconds[method] += seconds

    def gauge(self, name: str, explanation: str, read: Callable[[], float]) -> None:
        """Offer a value that is read when the metrics are."""
        self._gauges[name] = (explanation, read)

    def text(self) -> str:
        """All of it in Prometheus' text format."""
        return "\n".join([*self._request_lines(), *self._duration_lines(), *self._gauge_lines(), ""])

    def _request_lines(self) -> Iterator[str]:
        name = "penstock_gateway_requests_total"
        yield from (f"# HELP {name} Calls of the gateway by method and status.", f"# TYPE {name} counter")
        for (method, status), count in sorted(self._requests.items(), key=lambda item: (item[0][0], item[0][1].name)):
            yield f'{name}{{method="{method}",code="{status.name}"}} {count}'

    def _duration_lines(self) -> Iterator[str]:
        name = "penstock_gateway_request_seconds"
        yield from (f"# HELP {name} Seconds from request to durable answer.", f"# TYPE {name} histogram")
        for method, buckets in sorted(self._buckets.items()):
            total = 0
            for bound, count in zip((*_BOUNDS, "+Inf"), buckets, strict=True):
                total += count
                yield f'{name}_bucket{{method="{method}",le="{bound}"}} {total}'
            yield f'{name}_sum{{method="{method}"}} {self._seconds[method]:.6f}'
            yield f'{name}_count{{method="{method}"}} {total}'

    def _gauge_lines(self) -> Iterator[str]:
        for name, (explanation, read) in sorted(self._gauges.items()):
            yield from (f"# HELP {name} {explanation}", f"# TYPE {name} gauge", f"{name} {read():g}")
