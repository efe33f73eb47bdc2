import pytest

from services.llm import Budget


@pytest.mark.parametrize(
    ("used", "left"), [(0, 1.0), (499, 0.5), (500, 0.5), (501, 0.45), (1000, 0.0), (1001, -0.05), (1200, -0.2), (9000, -8.0)]
)
def test_what_is_left_is_rounded_down_to_few_values(used: int, left: float) -> None:
    state = Budget(1000).state("t", used)

    assert state.left == left


def test_each_warning_is_crossed_once() -> None:
    budget = Budget(1000, {"small": 10})

    steps = [(0, 799), (799, 801), (801, 999), (999, 1000), (1000, 1199), (1199, 1300), (1300, 1400)]

    assert [budget.crossed("t", *step) for step in steps] == [[], [0.8], [], [1.0], [], [1.2], []]
    assert budget.crossed("small", 0, 100) == [0.8, 1.0, 1.2]


def test_no_limit_and_a_limit_of_nothing() -> None:
    unlimited, nothing = Budget().state("t", 10**9), Budget(0).state("t", 0)

    assert (unlimited.left, unlimited.share) == (1.0, 0.0)
    assert nothing.left <= -0.2
