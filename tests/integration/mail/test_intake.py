"""What becomes of a mail, through parser, log, desk and files."""

import email
import email.policy
from email.message import EmailMessage

import pytest

from bootstrap.mail import hand_over, outbox, transport
from services.crm import MessageKind, SqlCorrespondence, SqlTicketDesk
from services.mail.received_log import Verdict
from services.mail.sending import Sending


def send_all(settings, engine) -> list[EmailMessage]:
    """What goes out, as it stands in the folder of an installation without a mail server."""
    hand_over(settings, engine)
    Sending(outbox(settings, engine), transport(settings)).send_due()
    files = sorted((settings.data_dir / "mail" / "sent").glob("*.eml"))
    return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]


def test_a_mail_becomes_a_ticket_with_its_files_once(intake, engine, settings, mail) -> None:
    message = mail(text="Принтер горит")
    message.add_attachment(b"\x89PNG\r\n\x1a\n...", maintype="text", subtype="html", filename="../../горит.png")

    first, again = (intake.receive(message.as_bytes()) for _attempt in range(2))

    assert (first.verdict, first.ticket_id) == (again.verdict, again.ticket_id) == (Verdict.TICKET, "T-1")
    [own, receipt] = SqlCorrespondence(engine).thread("T-1")
    [file] = own.attachments
    assert (own.text, file.name, file.media_type) == ("Принтер горит", "горит.png", "image/png")
    assert (settings.data_dir / "files" / file.sha256[:2] / file.sha256).read_bytes() == b"\x89PNG\r\n\x1a\n..."
    assert receipt.kind is MessageKind.RECEIPT


def test_the_receipt_keeps_the_thread_and_asks_for_no_answer(intake, engine, settings, mail) -> None:
    intake.receive(mail(Subject="Printer").as_bytes())

    [receipt] = send_all(settings, engine)

    assert (receipt["To"], receipt["In-Reply-To"], receipt["References"]) == (
        "Ann <ann@customer.example>",
        "<1@customer.example>",
        "<1@customer.example>",
    )
    assert receipt["Auto-Submitted"] == "auto-replied"
    assert receipt["Subject"].startswith("Re: Printer [T-1.")
    assert "https://desk.company.example/portal/tickets/T-1" in receipt.get_content()


def test_a_customer_s_answer_to_our_mail_finds_its_ticket_by_either_sign(intake, engine, settings, mail) -> None:
    intake.receive(mail(1).as_bytes())
    [receipt] = send_all(settings, engine)

    by_thread = intake.receive(mail(2, In_Reply_To=receipt["Message-ID"]).as_bytes())
    by_token = intake.receive(mail(3, Subject=f"AW: {receipt['Subject']}").as_bytes())

    assert [(each.verdict, each.ticket_id) for each in (by_thread, by_token)] == [(Verdict.ANSWER, "T-1")] * 2


def test_a_guessed_token_opens_a_ticket_of_its_own(intake, mail) -> None:
    intake.receive(mail(1).as_bytes())

    guessed = intake.receive(mail(2, From="mallory@evil.example", Subject="Re: Printer [T-1.aaaaaaaaaa]").as_bytes())

    assert (guessed.verdict, guessed.ticket_id) == (Verdict.TICKET, "T-2")


def test_a_reply_is_sent_as_a_person_s_with_the_whole_thread(intake, engine, settings, mail) -> None:
    intake.receive(mail(1, text="Не печатает", Subject="Принтер").as_bytes())
    SqlTicketDesk(engine).close("T-1", outcome="resolved", reply="Готово.", request_id="7")

    _receipt, reply = send_all(settings, engine)

    assert reply["Auto-Submitted"] is None
    assert reply["References"].split()[0] == "<1@customer.example>"
    assert reply.get_content().startswith("Готово.")
    assert "Ваше обращение T-1" in reply.get_content()
    assert send_all(settings, engine)[2:] == []


@pytest.mark.parametrize(
    ("headers", "verdict"),
    [
        ({"Auto_Submitted": "auto-replied"}, Verdict.AUTO_REPLY),
        ({"X_Autoreply": "yes"}, Verdict.AUTO_REPLY),
        ({"Return_Path": "<>"}, Verdict.AUTO_REPLY),
    ],
)
def test_an_answer_nobody_wrote_becomes_nothing(intake, engine, settings, mail, headers, verdict) -> None:
    outcome = intake.receive(mail(**headers).as_bytes())

    assert (outcome.verdict, outcome.ticket_id) == (verdict, "")
    assert send_all(settings, engine) == []


@pytest.mark.parametrize(
    "headers", [{"Auto_Submitted": "auto-generated"}, {"Precedence": "bulk"}, {"X_Auto_Response_Suppress": "All"}]
)
def test_what_a_program_sends_is_taken_in_and_never_answered(intake, engine, settings, mail, headers) -> None:
    outcome = intake.receive(mail(**headers).as_bytes())

    assert outcome.verdict is Verdict.TICKET
    assert send_all(settings, engine) == []


def test_our_own_mail_coming_back_is_a_loop(intake, engine, settings, mail) -> None:
    intake.receive(mail().as_bytes())
    [receipt] = send_all(settings, engine)

    back = intake.receive(receipt.as_bytes())
    del receipt["Message-ID"]
    forwarded = intake.receive(receipt.as_bytes())

    assert (back.verdict, forwarded.verdict) == (Verdict.LOOP, Verdict.LOOP)
    assert len(send_all(settings, engine)) == 1


def test_a_delivery_report_marks_the_mail_and_opens_no_ticket(intake, engine, settings, mail) -> None:
    intake.receive(mail().as_bytes())
    [receipt] = send_all(settings, engine)
    report = (
        "From: MAILER-DAEMON@mx.example\nMessage-ID: <report@mx.example>\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 unknown\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {receipt['Message-ID']}\n\n--b--\n"
    )

    outcome = intake.receive(report.encode())

    assert (outcome.verdict, outcome.ticket_id) == (Verdict.BOUNCE, "T-1")
    [delivery] = outbox(settings, engine).deliveries("T-1").values()
    assert (delivery.state, delivery.problem) == ("bounced", "5.1.1 smtp; 550 unknown")


def test_a_flood_of_one_sender_is_held_and_can_be_taken_in_later(settings, engine, mail) -> None:
    from dataclasses import replace  # noqa: PLC0415

    from bootstrap.mail import mail_intake  # noqa: PLC0415

    intake = replace(mail_intake(settings, engine), per_sender_per_hour=3)

    outcomes = [intake.receive(mail(number).as_bytes()) for number in range(5)]
    other = intake.receive(mail(9, From="bob@customer.example").as_bytes())

    assert [each.verdict for each in outcomes] == [Verdict.TICKET] * 3 + [Verdict.HELD] * 2
    assert [each.lately for each in outcomes] == [0, 0, 0, 3, 4]
    assert other.verdict is Verdict.TICKET
    held = sorted((settings.data_dir / "mail" / "held").glob("*.eml"))
    assert len(held) == 2
    assert {intake.receive(file.read_bytes(), is_trusted=True).verdict for file in held} == {Verdict.TICKET}


def test_a_mail_whose_log_was_lost_is_still_taken_in_once(intake, engine, mail) -> None:
    from sqlalchemy import text  # noqa: PLC0415

    first = intake.receive(mail().as_bytes())
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM mail_received"))

    again = intake.receive(mail().as_bytes())

    assert again.ticket_id == first.ticket_id
    assert len(SqlCorrespondence(engine).thread("T-1")) == 2
