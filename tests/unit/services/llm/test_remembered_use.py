from dataclasses import dataclass, replace
from datetime import UTC, datetime

from services.llm import InMemoryCalls, RememberedUse
from services.llm.calls import Call, Outcome

CALL = Call(
    "c", "t", "task", "s", "local", "e", "m", "p", 1, "h", "d", Outcome.ANSWERED, "", 60, 40, 0, 5, 1, None,
    datetime(2026, 11, 20, tzinfo=UTC),
)  # fmt: skip


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def test_own_calls_count_at_once_and_those_of_others_a_second_later() -> None:
    clock, kept = Clock(), InMemoryCalls()
    remembered = RememberedUse(kept, clock)
    before = remembered.used("t", "2026-11")

    kept.record(CALL)
    unseen = remembered.used("t", "2026-11")
    after_own = remembered.record(replace(CALL, call_id="d"))
    kept.record(replace(CALL, call_id="e"))
    at_once = remembered.used("t", "2026-11")
    clock.now += 1
    later = remembered.used("t", "2026-11")

    assert (before, unseen, after_own, at_once, later) == (0, 0, 200, 200, 300)


def test_tenants_and_months_are_apart() -> None:
    remembered = RememberedUse(InMemoryCalls(), Clock())

    remembered.record(CALL)

    assert [remembered.used(*key) for key in (("t", "2026-11"), ("t", "2026-12"), ("u", "2026-11"))] == [100, 0, 0]
