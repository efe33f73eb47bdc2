from hypothesis import given
from hypothesis import strategies as st

from history.durations import BOUNDS, bucket_of, merge, middle_of, percentile

DURATIONS = st.integers(min_value=0, max_value=10**10)


@given(DURATIONS)
def test_a_bucket_stands_for_its_durations_within_two_and_a_half_percent(milliseconds: int) -> None:
    middle = middle_of(bucket_of(milliseconds))

    assert abs(middle - milliseconds) <= 0.025 * milliseconds


@given(st.lists(DURATIONS, min_size=1, max_size=200), st.sampled_from([0.01, 0.5, 0.9, 0.95, 0.99, 1.0]))
def test_a_percentile_is_within_two_and_a_half_percent_of_the_exact_one(durations: list[int], share: float) -> None:
    exact = sorted(durations)[max(0, -int(-share * len(durations) // 1) - 1)]

    estimate = percentile(histogram(durations), share)

    assert abs(estimate - exact) <= 0.025 * exact


@given(st.lists(DURATIONS), st.lists(DURATIONS))
def test_histograms_add_up(some: list[int], others: list[int]) -> None:
    assert merge([histogram(some), histogram(others)]) == histogram(some + others)


def test_nothing_has_no_percentile() -> None:
    assert percentile({}, 0.5) is None


def test_times_that_cannot_be_fall_into_the_outermost_buckets() -> None:
    assert bucket_of(-5) == 0
    assert bucket_of(10**18) == len(BOUNDS) - 1
    assert middle_of(len(BOUNDS) - 1) == BOUNDS[-1]


def histogram(durations: list[int]) -> dict[int, int]:
    return merge({bucket_of(duration): 1} for duration in durations)
