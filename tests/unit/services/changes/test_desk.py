"""Proposing, judging, deciding and settling."""

from decimal import Decimal

import pytest

from services.changes import (
    Action,
    Author,
    AuthorKind,
    DecisionRefused,
    InvalidChange,
    ItemState,
    NewChangeSet,
    RecordUnknown,
    Requirement,
    SetState,
    Settlement,
    TargetUnknown,
    Verdict,
)
from tests.unit.services.changes.change_room import Room, item


async def test_a_proposal_reads_what_the_records_hold_and_tells_the_process() -> None:
    room = Room()
    room.target.by_hand = {"C-1": frozenset({"owner"})}

    proposed = await room.propose()

    assert [(each.before, each.is_filled_by_hand) for each in proposed.items] == [("1", False), ("anna", True)]
    assert proposed.state is SetState.PROPOSED
    [told] = room.ledger.pending()
    assert (told.name, told.correlation_key, told.variables["change_set_id"]) == ("change_set_proposed", *[proposed.set_id] * 2)


async def test_the_author_may_say_which_value_was_seen() -> None:
    room = Room()

    proposed = await room.propose(item(before="0", is_before_known=True), requirement=Requirement.AUTOMATIC)
    [applied] = (await room.apply(proposed.set_id)).items

    assert (applied.state, applied.current) == (ItemState.CONFLICT, "1")
    assert room.target.applied == []


async def test_the_same_request_is_proposed_once() -> None:
    room = Room()

    first = await room.propose(request_id="import-7")
    second = await room.propose(request_id="import-7")

    assert first.set_id == second.set_id
    assert len(room.ledger.pending()) == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"record": ""}, "record needs 1 to 200"),
        ({"field": "a\x00b"}, "printable"),
        ({"confidence": 7}, "between 0 and 1"),
        ({"confidence": float("nan")}, "between 0 and 1"),
        ({"amount": Decimal("NaN")}, "no number"),
        ({"evidence": "e" * 20_001}, "20000 characters"),
    ],
)
def test_an_item_that_makes_no_sense_is_refused_with_its_reason(changes, reason: str) -> None:
    with pytest.raises(InvalidChange, match=reason):
        item(**changes)


async def test_what_cannot_be_proposed_leaves_nothing_behind() -> None:
    room = Room()

    with pytest.raises(TargetUnknown, match="fax"):
        await room.propose(item(system="fax"))
    with pytest.raises(RecordUnknown, match="C-9"):
        await room.propose(item(record="C-9"))
    with pytest.raises(InvalidChange, match="exceeds"):
        await room.propose(item(after="x" * 100_001))
    with pytest.raises(InvalidChange, match="once"):
        NewChangeSet("Twice", Author(AuthorKind.RULE, "r"), (item(), item()))

    assert room.ledger.sets().sets == ()
    assert room.told() == []


async def test_the_policy_decides_once() -> None:
    room = Room()
    proposed = await room.propose(item(), item(field="owner", after="b"), item(field="city", after="Oslo"))
    ids = [each.item_id for each in proposed.items]
    verdicts = dict(zip(ids, (Requirement.AUTOMATIC, Requirement.ONE_APPROVAL, Requirement.REFUSE), strict=True))

    judged = room.desk.judge(proposed.set_id, {key: Verdict(value, "RULE") for key, value in verdicts.items()})
    again = room.desk.judge(proposed.set_id, {key: Verdict(Requirement.REFUSE) for key in ids})

    assert [each.state for each in judged.items] == [ItemState.APPROVED, ItemState.AWAITING, ItemState.REFUSED]
    assert again == judged


async def test_the_last_decision_ends_the_wait_of_the_process() -> None:
    room = Room()
    proposed = await room.propose(requirement=Requirement.ONE_APPROVAL)
    first, second = (each.item_id for each in proposed.items)

    room.desk.decide(proposed.set_id, "boris", approve=[first])
    told_after_one = room.told()
    decided = room.desk.decide(proposed.set_id, "anna", refuse=[second], reason="wrong owner")

    assert told_after_one == ["change_set_proposed"]
    assert room.told() == ["change_set_proposed", "first_approvals_given", "second_approvals_given"]
    assert [each.state for each in decided.items] == [ItemState.APPROVED, ItemState.REFUSED]
    lines = [(line.actor, line.action, line.detail) for line in room.ledger.timeline(proposed.set_id)][:2]
    assert lines == [("anna", Action.REFUSED, "wrong owner"), ("boris", Action.APPROVED, "")]


async def test_four_eyes_are_two_people_and_never_the_author() -> None:
    room = Room()
    author = Author(AuthorKind.PERSON, "vera")
    proposed = await room.propose(item(), author=author, requirement=Requirement.FOUR_EYES)
    [item_id] = (each.item_id for each in proposed.items)

    with pytest.raises(DecisionRefused, match="another person"):
        room.desk.decide(proposed.set_id, "vera", approve=[item_id])
    once = room.desk.decide(proposed.set_id, "anna", approve=[item_id])
    with pytest.raises(DecisionRefused, match="needs another person"):
        room.desk.decide(proposed.set_id, "anna", approve=[item_id])
    told_after_one = room.told()
    twice = room.desk.decide(proposed.set_id, "boris", approve=[item_id])

    assert once.items[0].state is ItemState.AWAITING
    assert told_after_one == ["change_set_proposed", "first_approvals_given"]
    assert twice.items[0].state is ItemState.APPROVED
    assert room.told()[-1] == "second_approvals_given"


async def test_decisions_are_taken_together_or_not_at_all() -> None:
    room = Room()
    proposed = await room.propose(requirement=Requirement.ONE_APPROVAL)
    first, second = (each.item_id for each in proposed.items)
    room.desk.decide(proposed.set_id, "anna", approve=[first])

    with pytest.raises(DecisionRefused, match="waits for no decision"):
        room.desk.decide(proposed.set_id, "boris", approve=[second, first])
    with pytest.raises(DecisionRefused, match="at once"):
        room.desk.decide(proposed.set_id, "boris", approve=[second], refuse=[second])

    assert room.ledger.item(second).state is ItemState.AWAITING


async def test_the_author_may_withdraw_a_change() -> None:
    room = Room()
    author = Author(AuthorKind.PERSON, "vera")
    proposed = await room.propose(item(), author=author, requirement=Requirement.ONE_APPROVAL)

    withdrawn = room.desk.decide(proposed.set_id, "vera", refuse=[proposed.items[0].item_id])

    assert withdrawn.state is SetState.REFUSED


async def in_conflict(room: Room, requirement: Requirement) -> str:
    proposed = await room.propose(item(), requirement=requirement)
    item_id = proposed.items[0].item_id
    for person in ("anna", "boris")[: requirement.approvals]:
        room.desk.decide(proposed.set_id, person, approve=[item_id])
    room.target.records["C-1"]["phone"] = "by hand"
    conflict = await room.applier.apply(item_id)
    assert (conflict.state, conflict.current) == (ItemState.CONFLICT, "by hand")
    return item_id


async def test_a_conflict_is_never_overwritten_unless_a_person_says_so() -> None:
    room = Room()
    item_id = await in_conflict(room, Requirement.ONE_APPROVAL)
    before = room.target.records["C-1"]["phone"]

    settled = room.desk.settle(item_id, Settlement.APPLY, "anna", "asked the customer")
    applied = await room.applier.apply(item_id)

    assert before == "by hand"
    assert settled.items[0].before == "by hand"
    assert room.told()[-1] == "change_settled"
    assert (applied.state, room.target.records["C-1"]["phone"]) == (ItemState.APPLIED, "+7 800")


async def test_a_settled_conflict_that_changes_again_is_a_conflict_again() -> None:
    room = Room()
    item_id = await in_conflict(room, Requirement.AUTOMATIC)
    room.desk.settle(item_id, Settlement.APPLY, "anna")
    room.target.records["C-1"]["phone"] = "yet another"

    again = await room.applier.apply(item_id)

    assert (again.state, again.current) == (ItemState.CONFLICT, "yet another")


async def test_keeping_what_stands_there_ends_the_item() -> None:
    room = Room()
    item_id = await in_conflict(room, Requirement.ONE_APPROVAL)

    kept = room.desk.settle(item_id, Settlement.KEEP, "anna")
    after = await room.applier.apply(item_id)

    assert kept.state is SetState.REFUSED
    assert (after.state, room.target.records["C-1"]["phone"]) == (ItemState.REFUSED, "by hand")
    with pytest.raises(DecisionRefused, match="nothing to settle"):
        room.desk.settle(item_id, Settlement.APPLY, "anna")


async def test_overruling_a_conflict_needs_as_many_people_as_the_change_did() -> None:
    room = Room()
    item_id = await in_conflict(room, Requirement.FOUR_EYES)
    set_id = room.ledger.item(item_id).set_id

    once = room.desk.settle(item_id, Settlement.APPLY, "anna")
    told_after_one = room.told()
    with pytest.raises(DecisionRefused, match="needs another person"):
        room.desk.decide(set_id, "anna", approve=[item_id])
    twice = room.desk.decide(set_id, "boris", approve=[item_id])

    assert (once.items[0].state, twice.items[0].state) == (ItemState.AWAITING, ItemState.APPROVED)
    assert "change_settled" not in told_after_one
    assert room.told()[-1] == "change_settled"


async def test_announcing_publishes_each_message_once() -> None:
    room = Room()
    await room.propose()
    published = []

    class Publisher:
        async def publish_once(self, name, correlation_key, message_id, variables) -> None:
            published.append((name, message_id))

    counts = [await room.desk.announce(Publisher()), await room.desk.announce(Publisher())]

    assert counts == [1, 0]
    assert len(published) == 1


async def test_the_end_is_noted_once() -> None:
    room = Room()
    applied = await room.applied()

    room.desk.finish(applied.set_id)
    room.desk.finish(applied.set_id)

    actions = [line.action for line in room.ledger.timeline(applied.set_id)]
    assert actions.count(Action.FINISHED) == 1
    assert applied.state is SetState.APPLIED
