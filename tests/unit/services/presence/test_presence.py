from pathlib import Path

import pytest

from services.presence import WITHIN_SECONDS, InMemoryPresence, Presence, SharedPresence


@pytest.fixture(params=["memory", "shared"])
def presence(request: pytest.FixtureRequest, tmp_path: Path) -> Presence:
    return InMemoryPresence() if request.param == "memory" else SharedPresence(tmp_path / "presence.db")


def test_those_who_looked_lately_are_named_the_latest_first(presence: Presence) -> None:
    presence.others(1, "ann", now=0)
    presence.others(1, "bob", now=10)

    others = presence.others(1, "cleo", now=20)

    assert others == ["bob", "ann"]


def test_nobody_is_named_to_themselves_or_on_another_task(presence: Presence) -> None:
    presence.others(1, "ann", now=0)

    assert presence.others(1, "ann", now=1) == []
    assert presence.others(2, "bob", now=1) == []


def test_a_look_is_forgotten_after_a_while(presence: Presence) -> None:
    presence.others(1, "ann", now=0)

    others = presence.others(1, "bob", now=WITHIN_SECONDS + 1)

    assert others == []


def test_processes_of_one_file_see_each_other(tmp_path: Path) -> None:
    one, other = SharedPresence(tmp_path / "presence.db"), SharedPresence(tmp_path / "presence.db")
    one.others(1, "ann", now=0)

    assert other.others(1, "bob", now=1) == ["ann"]


def test_a_file_that_is_none_of_ours_hinders_nobody(tmp_path: Path) -> None:
    (tmp_path / "presence.db").write_text("no database at all, but long enough to be taken for a broken one" * 20)

    others = SharedPresence(tmp_path / "presence.db").others(1, "ann")

    assert others == []
