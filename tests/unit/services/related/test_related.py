"""Finding tickets that speak of the same thing, and merging them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bootstrap.related import DeskTexts, related_room, settle_merges
from services.crm import NewTicket, SqlTicketDesk
from services.crm.sample_tickets import sample_tickets
from services.related import InMemoryIndex, MergeNotFound, MergeRefused, RelatedTickets, SqlIndex, SqlMerges
from services.related.likeness import buckets_of, likeness, words_of
from tests.web_app import open_database

VPN = "The VPN client on my laptop says certificate expired since this morning and I cannot reach the file server"
VPN_AGAIN = "VPN client on laptop says: certificate expired since morning; still cannot reach the file server!"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_database(tmp_path / "penstock.db")
    yield opened
    opened.dispose()


def take_in(engine: Engine, *texts: str, customer: str = "") -> list[str]:
    desk = SqlTicketDesk(engine)
    new = [
        NewTicket("test", f"{customer}-{place}-{text[:20]}", text, customer_email=customer) for place, text in enumerate(texts)
    ]
    return [receipt.ticket_id for receipt in desk.intake(new)]


def test_like_texts_share_a_bucket_and_unlike_ones_do_not() -> None:
    like = set(buckets_of(words_of(VPN))) & set(buckets_of(words_of(VPN_AGAIN)))
    unlike = set(buckets_of(words_of(VPN))) & set(buckets_of(words_of("Bitte bestellen Sie drei neue Stühle für Raum 7")))

    assert likeness(words_of(VPN), words_of(VPN_AGAIN)) > 0.6
    assert like
    assert not unlike
    assert buckets_of(words_of("?! a")) == ()


def test_russian_endings_do_not_part_like_texts() -> None:
    one, other = words_of("не печатает принтер в бухгалтерии"), words_of("не печатают принтеры бухгалтерии")

    assert likeness(one, other) > 0.5


@pytest.mark.parametrize("make_index", [SqlIndex, lambda _engine: InMemoryIndex()])
def test_a_duplicate_is_found_among_many_and_named_as_one(engine: Engine, make_index) -> None:
    SqlTicketDesk(engine).intake([sample.ticket for sample in sample_tickets(600, seed=7)])
    [first] = take_in(engine, VPN, customer="anna@example.com")
    [second] = take_in(engine, VPN_AGAIN, customer="anna@example.com")
    related = RelatedTickets(DeskTexts(engine), make_index(engine))

    filled = related.fill()

    found = related.of(second)
    assert filled == 602
    assert (found[0].ticket.ticket_id, found[0].is_duplicate, found[0].is_same_customer) == (first, True, True)
    assert second not in [each.ticket.ticket_id for each in found]
    assert related.fill() == 0


def test_the_same_words_of_a_stranger_a_month_later_are_related_and_no_duplicate(engine: Engine) -> None:
    [first] = take_in(engine, VPN, customer="anna@example.com")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "update ticket set created_at = ?", ((datetime.now(UTC) - timedelta(days=30)).strftime("%Y-%m-%d %H:%M:%S.%f"),)
        )
    [second] = take_in(engine, VPN_AGAIN, customer="boris@example.com")
    related = RelatedTickets(DeskTexts(engine), SqlIndex(engine))
    related.fill()

    [found] = related.of(second)

    assert (found.ticket.ticket_id, found.is_duplicate, found.is_same_customer) == (first, False, False)


def test_a_ticket_that_is_not_in_its_buckets_yet_finds_others_all_the_same(engine: Engine) -> None:
    [first] = take_in(engine, VPN)
    related = RelatedTickets(DeskTexts(engine), SqlIndex(engine))
    related.fill()
    [second] = take_in(engine, VPN_AGAIN)

    found = related.of(second)

    assert [each.ticket.ticket_id for each in found] == [first]
    assert related.of("T-99999") == []


def test_a_merge_is_taken_back_and_every_step_is_kept(engine: Engine) -> None:
    merges = SqlMerges(engine)
    merge = merges.merge("T-2", "T-1", by="anna", reason="same letter")

    undone = merges.undo(merge.number, by="boris")
    again = merges.merge("T-2", "T-3", by="anna", reason="")

    assert not undone.is_in_force
    assert [(each.number, each.is_in_force) for each in merges.of("T-2")] == [(merge.number, False), (again.number, True)]
    with pytest.raises(MergeNotFound):
        merges.undo(merge.number, by="boris")


@pytest.mark.parametrize(
    ("ticket", "into", "code"),
    [("T-1", "T-1", "itself"), ("T-2", "T-9", "merged"), ("T-5", "T-2", "into-merged"), ("T-1", "T-5", "has-merged")],
)
def test_chains_of_merges_are_refused_and_leave_nothing(engine: Engine, ticket: str, into: str, code: str) -> None:
    merges = SqlMerges(engine)
    merges.merge("T-2", "T-1", by="anna", reason="")

    with pytest.raises(MergeRefused) as refused:
        merges.merge(ticket, into, by="anna", reason="")

    assert refused.value.code == code
    assert len(merges.of("T-1")) == len(merges.of("T-2")) == 1


class Recorder:
    """A publisher that keeps what it published."""

    def __init__(self) -> None:
        self.published: list[tuple[str, str, str]] = []

    async def publish_once(self, name: str, correlation_key: str, message_id: str, variables: dict[str, str]) -> None:
        if (name, correlation_key, message_id) not in self.published:
            self.published.append((name, correlation_key, message_id))

    async def publish_now(self, name: str, correlation_key: str, variables: dict[str, str]) -> None:
        self.published.append((name, correlation_key, ""))


async def test_a_parted_ticket_whose_instance_has_ended_gets_a_new_one_once(engine: Engine) -> None:
    take_in(engine, VPN, VPN_AGAIN)
    room, publisher = related_room(engine), Recorder()
    merge = room.merge("T-2", "T-1", "anna", "")
    later = merge.merged_at + timedelta(seconds=11)
    await settle_merges(engine, publisher, room.merges.unsettled(), merge.merged_at)
    waits = len(room.merges.unsettled())
    await settle_merges(engine, publisher, room.merges.unsettled(), later)
    settled = len(room.merges.unsettled())
    room.undo(merge.number, "anna")

    await settle_merges(engine, publisher, room.merges.unsettled(), later + timedelta(minutes=1))

    assert (waits, settled) == (1, 0)
    [(name, key, message_id)] = publisher.published
    assert (name, key.split(":")[0]) == ("ticket_received", "test")
    assert message_id.endswith(f"parted-{merge.number}")
    assert room.merges.unsettled() == []
    assert SqlTicketDesk(engine).get("T-2").is_open
