"""The signs by which the desk knows its own tickets and mails."""

import pytest

from services.mail.sender import DeskSender, plain_subject

DESK = DeskSender("desk@company.example", "Desk", "secret")
STRANGER = DeskSender("desk@company.example", "Desk", "another secret")


def test_a_token_in_a_subject_leads_back_to_its_ticket() -> None:
    subject = DESK.answer_subject("AW: Re: Printer burns", "T-12")

    assert subject.startswith("Re: Printer burns [T-12.")
    assert DESK.ticket_in(f"Re: Fwd: {subject}") == "T-12"
    assert plain_subject(f"RE: {subject}") == "Printer burns"


@pytest.mark.parametrize("subject", ["[T-12]", "[T-12.aaaaaaaaaa]", "T-12", STRANGER.token("T-12"), "[T-12." + "a" * 5000])
def test_a_token_that_is_not_ours_leads_nowhere(subject: str) -> None:
    assert DESK.ticket_in(subject) is None


def test_a_token_of_one_ticket_does_not_open_another() -> None:
    assert DESK.ticket_in(DESK.token("T-12").replace("12", "13")) is None


def test_the_same_letter_has_the_same_message_id_and_is_known_as_ours() -> None:
    first, again, other = DESK.message_id("a"), DESK.message_id("a"), DESK.message_id("b")

    assert first == again != other
    assert DESK.is_ours(first)
    assert not STRANGER.is_ours(first)
    assert not DESK.is_ours("<x@company.example>")
    assert not DESK.is_ours("")
