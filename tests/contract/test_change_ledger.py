"""What every ledger of changes promises."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from services.changes import (
    Action,
    Announcement,
    Author,
    AuthorKind,
    ChangeEvent,
    ChangeItem,
    ChangeLedger,
    ChangeNotFound,
    ChangeSet,
    InMemoryChangeLedger,
    ItemChanged,
    ItemState,
    Requirement,
    SetState,
    SqlChangeLedger,
)
from services.changes.deciding import Verdict as PolicyVerdict
from services.changes.deciding import approved, judged
from tests.databases import empty_database

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, tmp_path) -> Iterator[ChangeLedger]:
    if request.param == "memory":
        yield InMemoryChangeLedger()
        return
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else f"sqlite:///{tmp_path / 'test.db'}"
    engine = empty_database(url)
    yield SqlChangeLedger(engine)
    engine.dispose()


def change_set(set_id: str = "s1", **changes) -> ChangeSet:
    items = (
        ChangeItem(f"{set_id}-1", set_id, 1, "crm", "C-1", "phone", None, "+7 800", confidence=0.9),
        ChangeItem(f"{set_id}-2", set_id, 2, "crm", "C-1", "tags", ["a"], {"b": [1, True]}, amount=Decimal("10.10")),
    )
    plain = ChangeSet(set_id, "Tidy", "why", Author(AuthorKind.RULE, "tidy", "v1"), NOW, SetState.PROPOSED, items, set_id)
    return replace(plain, **changes)


def event(set_id: str = "s1", action: Action = Action.PROPOSED) -> ChangeEvent:
    return ChangeEvent(set_id, NOW, "anna", action, f"{set_id}-1", "detail", "model")


def told(set_id: str = "s1") -> Announcement:
    return Announcement(f"proposed:{set_id}", "change_set_proposed", set_id, {"change_set_id": set_id})


def test_what_is_added_is_read_back_the_same(ledger: ChangeLedger) -> None:
    added = change_set()

    ledger.add(added, [event()], [told()])

    assert ledger.change_set("s1") == added
    assert ledger.item("s1-2") == added.items[1]
    assert ledger.timeline("s1") == [event()]
    assert ledger.pending() == [told()]


def test_the_same_request_is_the_same_set(ledger: ChangeLedger) -> None:
    ledger.add(change_set(request_id="r-1"), [], [told()])

    second = ledger.add(change_set("s2", request_id="r-1"), [event("s2")], [told("s2")])

    assert second.set_id == "s1"
    assert [each.set_id for each in ledger.sets().sets] == ["s1"]
    assert ledger.pending() == [told()]


def test_a_save_keeps_every_field_and_the_set_follows_its_items(ledger: ChangeLedger) -> None:
    before = ledger.add(change_set(), [], [])
    first = judged(before.items[0], PolicyVerdict(Requirement.FOUR_EYES, "GUARDED"))
    first = approved(first, before, "boris", NOW, "looks right")
    second = replace(judged(before.items[1], PolicyVerdict(Requirement.AUTOMATIC)), sent_at=NOW, current={"x": 1}, problem="p")

    saved = ledger.save([first, second], [event(action=Action.APPROVED)], [told()])

    assert saved == (replace(first, revision=1), replace(second, revision=1))
    assert ledger.change_set("s1").items == saved
    assert ledger.change_set("s1").state is SetState.AWAITING


def test_of_two_saves_the_second_learns_that_it_is_late_and_changes_nothing(ledger: ChangeLedger) -> None:
    before = ledger.add(change_set(), [], [])
    changed = [judged(item, PolicyVerdict(Requirement.REFUSE)) for item in before.items]
    ledger.save([changed[1]])

    with pytest.raises(ItemChanged, match="s1-2"):
        ledger.save(changed, [event(action=Action.REFUSED)], [told()])

    assert ledger.item("s1-1").state is ItemState.PROPOSED
    assert ledger.timeline("s1") == []
    assert ledger.pending() == []


def test_an_announcement_is_kept_once_until_it_is_published(ledger: ChangeLedger) -> None:
    before = ledger.add(change_set(), [], [told()])
    ledger.save([before.items[0]], [], [told(), told("s9")])

    ledger.announced([told().message_id])

    assert ledger.pending() == [told("s9")]


def test_lists_the_newest_first_page_by_page_with_counts(ledger: ChangeLedger) -> None:
    for number in range(5):
        ledger.add(change_set(f"s{number}"), [], [])

    first = ledger.sets([SetState.PROPOSED], limit=3)
    second = ledger.sets([SetState.PROPOSED], limit=3, before=first.next_before)

    assert [each.set_id for each in first.sets + second.sets] == ["s4", "s3", "s2", "s1", "s0"]
    assert second.next_before == ""
    assert first.sets[0].counts == {ItemState.PROPOSED: 2}
    assert ledger.counts() == {SetState.PROPOSED: 5}
    assert ledger.sets([SetState.APPLIED]).sets == ()
    assert ledger.sets(before="nobody").sets == ()


def test_knows_what_is_being_reverted_unless_it_was_refused(ledger: ChangeLedger) -> None:
    original = change_set()
    ledger.add(original, [], [])
    reverting = change_set("s2", items=(replace(change_set("s2").items[0], reverts_item_id="s1-1"),))
    kept = ledger.add(reverting, [], [])

    found = ledger.reverting(["s1-1", "s1-2"])
    ledger.save([judged(kept.items[0], PolicyVerdict(Requirement.REFUSE))])

    assert found == {"s1-1": "s2"}
    assert ledger.reverting(["s1-1"]) == {}


def test_remembers_the_process_instance(ledger: ChangeLedger) -> None:
    ledger.add(change_set(), [], [])

    ledger.started("s1", 2**60)

    assert ledger.change_set("s1").process_instance_key == 2**60


def test_an_unknown_change_is_named(ledger: ChangeLedger) -> None:
    with pytest.raises(ChangeNotFound, match="s7"):
        ledger.change_set("s7")
    with pytest.raises(ChangeNotFound, match="s7-1"):
        ledger.item("s7-1")
    with pytest.raises(ChangeNotFound, match="s7"):
        ledger.started("s7", 1)
