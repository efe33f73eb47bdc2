"""Duration histograms whose buckets can be added up, and the percentiles read from them.

The bounds are fixed once and for all: whole milliseconds, each bucket at most 5 % wider than its lower bound. Up to 20 ms
every millisecond has its own bucket; above, the middle of a bucket is within 2.5 % of any duration in it. So the histograms
of any hours, versions and elements add up, and a percentile of the sum is within 2.5 % of the exact one (nearest rank).
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping

# 5 % a bucket reaches a century within 560 buckets.
_CENTURY_MS = 100 * 366 * 24 * 3_600_000


def _bounds() -> tuple[int, ...]:
    bounds = [0]
    while bounds[-1] < _CENTURY_MS:
        bounds.append(bounds[-1] + max(1, bounds[-1] // 20))
    return tuple(bounds)


# BOUNDS[i] is the shortest duration of bucket i.
BOUNDS = _bounds()


def bucket_of(milliseconds: int) -> int:
    """The bucket a duration falls into; a clock set back makes it 0, more than a century the last."""
    return max(0, bisect_right(BOUNDS, milliseconds) - 1)


def middle_of(bucket: int) -> float:
    """The duration that stands for a bucket, in milliseconds."""
    lower = BOUNDS[bucket]
    upper = BOUNDS[bucket + 1] - 1 if bucket + 1 < len(BOUNDS) else lower
    return (lower + upper) / 2


def merge(histograms: Iterable[Mapping[int, int]]) -> dict[int, int]:
    """The histogram of all durations together."""
    total: dict[int, int] = {}
    for histogram in histograms:
        for bucket, count in histogram.items():
            total[bucket] = total.get(bucket, 0) + count
    return total


def percentile(histogram: Mapping[int, int], share: float) -> float | None:
    """The duration that `share` of all (0 to 1) do not exceed, by nearest rank; None when there is none.

    >>> percentile({bucket_of(3): 1, bucket_of(8): 1, bucket_of(15): 2}, 0.5)
    8.0
    """
    total = sum(histogram.values())
    if total == 0:
        return None
    # The rank is counted in whole durations: ceil(share * total), at least the first.
    rank = max(1, -int(-share * total // 1))
    seen = 0
    for bucket in sorted(histogram):
        seen += histogram[bucket]
        if seen >= rank:
            break
    return middle_of(bucket)
