"""Taking changes back, dry runs and differences."""

import pytest

from services.changes import (
    Action,
    ItemState,
    NotApproved,
    NothingToRevert,
    Outlook,
    Part,
    Requirement,
    RevertRefused,
    SetState,
    Verdict,
    difference,
    dry_run,
    readable,
    revert,
    revertible,
)
from tests.unit.services.changes.change_room import Room, item


async def test_a_revert_is_a_change_of_its_own_that_restores_what_was_there() -> None:
    room = Room()
    applied = await room.applied()

    proposed = await revert(room.desk, applied.set_id, "anna", why="wrong customer")
    waiting = room.ledger.change_set(applied.set_id)
    reverted = await _carry_out(room, proposed.set_id)

    assert [(each.before, each.after) for each in proposed.items] == [("+7 800", "1"), ("boris", "anna")]
    assert waiting.state is SetState.APPLIED
    assert reverted.state is SetState.APPLIED
    assert room.ledger.change_set(applied.set_id).state is SetState.REVERTED
    assert room.target.records["C-1"]["phone"] == "1"
    assert Action.REVERTED in {line.action for line in room.ledger.timeline(applied.set_id)}


async def test_a_revert_of_one_item_leaves_the_others() -> None:
    room = Room()
    applied = await room.applied()

    proposed = await revert(room.desk, applied.set_id, "anna", item_ids=[applied.items[1].item_id])
    await _carry_out(room, proposed.set_id)

    after = room.ledger.change_set(applied.set_id)
    assert [each.state for each in after.items] == [ItemState.APPLIED, ItemState.REVERTED]
    assert after.state is SetState.PARTLY_APPLIED
    assert room.target.records["C-1"]["phone"] == "+7 800"


async def test_a_revert_over_somebody_elses_value_is_refused_and_shows_it() -> None:
    room = Room()
    applied = await room.applied()
    room.target.records["C-1"]["phone"] = "by hand"

    with pytest.raises(RevertRefused) as refused:
        await revert(room.desk, applied.set_id, "anna")

    [conflict] = refused.value.conflicts
    assert (conflict.item.field, conflict.current) == ("phone", "by hand")
    assert [each.field for each in refused.value.others] == ["owner"]
    assert len(room.ledger.sets().sets) == 1


async def test_a_record_that_is_gone_is_a_conflict_too() -> None:
    room = Room()
    applied = await room.applied()
    del room.target.records["C-1"]

    with pytest.raises(RevertRefused) as refused:
        await revert(room.desk, applied.set_id, "anna")

    assert "no record" in refused.value.conflicts[0].problem


async def test_nothing_is_reverted_twice() -> None:
    room = Room()
    applied = await room.applied()
    await revert(room.desk, applied.set_id, "anna")

    with pytest.raises(NothingToRevert):
        await revert(room.desk, applied.set_id, "boris")

    assert await revertible(room.desk, applied) == []


async def test_a_revert_that_meets_a_late_edit_becomes_a_conflict_not_an_overwrite() -> None:
    room = Room()
    applied = await room.applied(item())
    proposed = await revert(room.desk, applied.set_id, "anna")
    room.target.records["C-1"]["phone"] = "by hand"

    reverted = await _carry_out(room, proposed.set_id)

    assert reverted.state is SetState.STUCK
    assert room.target.records["C-1"]["phone"] == "by hand"
    assert room.ledger.change_set(applied.set_id).state is SetState.APPLIED


async def test_a_dry_run_shows_the_requests_and_changes_nothing() -> None:
    room = Room()
    wanted = (item(), item(field="owner", after="anna"), item(record="C-2", before="9", is_before_known=True))
    proposed = await room.propose(*wanted)
    ended = await room.propose(item(field="city", after="Oslo"), requirement=Requirement.REFUSE)

    lines = await dry_run(room.desk, proposed)

    assert [each.outlook for each in lines] == [Outlook.READY, Outlook.ALREADY_SO, Outlook.CONFLICT]
    request = lines[0].request
    assert (request.address, request.body) == ("C-1.phone", "+7 800")
    assert request.headers["Idempotency-Key"] == proposed.items[0].idempotency_key
    assert lines[1].request is None
    assert await dry_run(room.desk, ended) == []
    assert room.target.applied == []


async def test_what_nobody_approved_is_not_applied() -> None:
    room = Room()
    proposed = await room.propose(requirement=Requirement.ONE_APPROVAL)

    with pytest.raises(NotApproved):
        await room.applier.apply(proposed.items[0].item_id)

    assert room.target.applied == []


async def test_a_value_that_is_there_already_is_not_sent() -> None:
    room = Room()

    unchanged = await room.applied(item(after="1"))

    assert unchanged.items[0].state is ItemState.UNCHANGED
    assert room.target.applied == []


def test_a_difference_marks_the_words_that_changed() -> None:
    found = difference("Call on Monday at noon", "Call on Friday at noon")

    assert found.before == (Part("Call on "), Part("Monday", is_changed=True), Part(" at noon"))
    assert found.after == (Part("Call on "), Part("Friday", is_changed=True), Part(" at noon"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("a\nb", "a\nb"),
        (True, "true"),
        (1.5, "1.5"),
        (["x", 1], '[\n  "x",\n  1\n]'),
        ({"a": None}, '{\n  "a": null\n}'),
    ],
)
def test_every_value_reads_as_text(value, text: str) -> None:
    assert readable(value) == text


def test_a_difference_keeps_both_texts_whole_however_long_or_strange() -> None:
    pairs = [
        ("", "x"),
        (None, {"a": [1]}),
        ("a b" * 3000, "a c" * 3000),
        ("<b>\u202e&", "\x00\x07"),
        ("слово раз", "слово два"),
    ]

    for before, after in pairs:
        found = difference(before, after)

        assert "".join(part.text for part in found.before) == readable(before)
        assert "".join(part.text for part in found.after) == readable(after)


async def _carry_out(room: Room, set_id: str):
    items = room.ledger.change_set(set_id).items
    room.desk.judge(set_id, {each.item_id: Verdict(Requirement.AUTOMATIC) for each in items})
    return await room.apply(set_id)
