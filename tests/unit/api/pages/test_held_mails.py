"""Held mails on their page: what is shown of a stranger's mail, and what a decision about it does."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from services.mail.received_log import ReceivedMail, Verdict
from tests.web_app import WebApp, running_web_app

UNREADABLE = b"A: " + b"x" * 300_000 + b"\r\n\r\nhi"


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[WebApp]:
    async with running_web_app(tmp_path) as one:
        yield one


def mail(number: int) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "Ann <ann@customer.example>", "desk@localhost"
    message["Subject"], message["Message-ID"] = f"<script>{number}</script>", f"<{number}@customer.example>"
    message.set_content("It burns.")
    return message.as_bytes()


def held(app: WebApp, *raws: bytes) -> list[str]:
    """Hold back mails of a sender who has written three within the hour, where two are taken; their names."""
    intake = replace(app.services.tickets.held.intake, per_sender_per_hour=2)
    for number in range(3):
        intake.log.record(ReceivedMail(f"<earlier-{number}@customer.example>", "ann@customer.example", Verdict.ANSWER))
    for raw in raws:
        assert intake.receive(raw).verdict is Verdict.HELD
    return [hashlib.sha256(raw).hexdigest() for raw in raws]


async def test_a_held_mail_is_shown_taken_in_once_and_gone(app: WebApp) -> None:
    [name] = held(app, mail(1))
    async with app.signed_in("staff") as staff:
        tickets, page = await staff.get("/tickets"), await staff.get("/tickets/held")

        taken = await staff.post(f"/tickets/held/{name}/take-in", {})
        again = await staff.post(f"/tickets/held/{name}/take-in", {})
        after = await staff.get("/tickets")

    assert "1 held mail" in tickets.text
    assert "&lt;script&gt;1" in page.text
    assert "3 mails of this sender" in page.text
    assert "ann@customer.example" in page.text
    assert (taken.status_code, taken.headers["location"]) == (303, "/tickets/T-1")
    assert again.status_code == 404
    assert "held mail" not in after.text
    assert app.services.tickets.correspondence.thread("T-1")[0].text == "It burns."


async def test_a_mail_taken_in_twice_by_a_killed_process_is_one_ticket(app: WebApp) -> None:
    raw = mail(2)
    [name] = held(app, raw)
    room = app.services.tickets.held
    first = room.take_in(name)
    # The process was killed before the file was gone.
    (room.intake.held / f"{name}.eml").write_bytes(raw)

    second = room.take_in(name)

    assert (first.ticket_id, second.ticket_id) == ("T-1", "T-1")
    assert [each.text for each in app.services.tickets.correspondence.thread("T-1")].count("It burns.") == 1


async def test_an_unreadable_mail_can_be_saved_and_dropped_only(app: WebApp) -> None:
    app.services.tickets.held.intake.hold(UNREADABLE, "unreadable")
    name = hashlib.sha256(UNREADABLE).hexdigest()
    async with app.signed_in("staff") as staff:
        page = await staff.get("/tickets/held")
        saved = await staff.get(f"/tickets/held/{name}.eml")
        refused = await staff.post(f"/tickets/held/{name}/take-in", {})
        dropped = await staff.post(f"/tickets/held/{name}/drop", {})
        after = await staff.get("/tickets/held")

    assert "take-in" not in page.text
    assert saved.content == UNREADABLE
    assert saved.headers["content-disposition"].startswith("attachment")
    assert (refused.status_code, dropped.status_code) == (303, 303)
    assert "No mail is held" in after.text


@pytest.mark.parametrize("name", ["0" * 64, "..%2F..%2Fpenstock", "x", "0" * 63])
async def test_no_other_file_can_be_reached(app: WebApp, name: str) -> None:
    async with app.signed_in("staff") as staff:
        answers = [
            await staff.get(f"/tickets/held/{name}.eml"),
            await staff.post(f"/tickets/held/{name}/take-in", {}),
            await staff.post(f"/tickets/held/{name}/drop", {}),
        ]

    assert {answer.status_code for answer in answers} == {404}


async def test_why_a_mail_is_held_is_said_in_the_readers_language(app: WebApp) -> None:
    held(app, mail(5))
    async with app.signed_in("staff") as staff:
        page = await staff.get("/tickets/held", headers={"Accept-Language": "ru"})

    assert "писем от этого отправителя за час: 3" in page.text


async def test_a_held_mail_that_no_person_wrote_is_not_kept_and_the_reader_is_told_why(app: WebApp) -> None:
    automatic = EmailMessage()
    automatic["From"], automatic["Message-ID"] = "ann@customer.example", "<away@customer.example>"
    automatic["Auto-Submitted"] = "auto-replied"
    automatic.set_content("I am away.")
    app.services.tickets.held.intake.hold(automatic.as_bytes(), "held by hand")
    name = hashlib.sha256(automatic.as_bytes()).hexdigest()
    async with app.signed_in("staff") as staff:
        staff.client.headers["Accept-Language"] = "ru"
        await staff.post(f"/tickets/held/{name}/take-in", {})
        page = await staff.get("/tickets/held")

    assert "это автоматический ответ" in page.text
