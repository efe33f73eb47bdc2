"""Who wrote a mail: a person, a program, or nobody."""

from email.message import EmailMessage

import pytest

from services.mail.incoming import Nature
from services.mail.parsing import parse_mail

REPORT = b"""From: MAILER-DAEMON@mx.example
To: desk@company.example
Subject: Undelivered
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; ann@customer.example
Action: %s
Status: 5.1.1
Diagnostic-Code: smtp; 550 no such user

--b
Content-Type: %s

Message-ID: <ours@company.example>
Subject: Re: Printer

--b--
"""


def mail(**headers: str) -> bytes:
    message = EmailMessage()
    for name, value in {"From": "ann@customer.example", **headers}.items():
        message[name.replace("_", "-")] = value
    message.set_content("Hello")
    return message.as_bytes()


@pytest.mark.parametrize(
    ("headers", "nature"),
    [
        ({}, Nature.PERSON),
        ({"Auto_Submitted": "no"}, Nature.PERSON),
        ({"Auto_Submitted": "auto-replied; owner-email=x@y.example"}, Nature.AUTO_REPLY),
        ({"Auto_Submitted": "auto-generated (by a machine)"}, Nature.AUTOMATIC),
        ({"Precedence": "bulk"}, Nature.AUTOMATIC),
        ({"Precedence": "auto_reply"}, Nature.AUTO_REPLY),
        ({"X_Autoreply": "yes"}, Nature.AUTO_REPLY),
        ({"List_Id": "<news.example>"}, Nature.AUTOMATIC),
        ({"Return_Path": "<>"}, Nature.AUTO_REPLY),
        ({"Return_Path": "<ann@customer.example>"}, Nature.PERSON),
        ({"Return_Path": "<>", "From": "Mailer-Daemon@mx.example"}, Nature.BOUNCE),
    ],
)
def test_headers_tell_who_wrote(headers: dict[str, str], nature: Nature) -> None:
    assert parse_mail(mail(**headers)).nature is nature


@pytest.mark.parametrize(("header", "unwanted"), [("All", True), ("DR, AutoReply", True), ("DR", False), ("None", False)])
def test_a_program_may_ask_for_no_answer(header: str, unwanted: bool) -> None:
    assert parse_mail(mail(X_Auto_Response_Suppress=header)).wants_no_acknowledgement is unwanted


@pytest.mark.parametrize("original", [b"message/rfc822", b"text/rfc822-headers"])
def test_a_delivery_report_names_the_mail_and_the_reason(original: bytes) -> None:
    bounce = parse_mail(REPORT % (b"failed", original)).bounce

    assert bounce is not None
    assert (bounce.original_message_id, bounce.status) == ("<ours@company.example>", "5.1.1")
    assert (bounce.diagnostic, bounce.permanent) == ("smtp; 550 no such user", True)


def test_a_delayed_mail_has_not_come_back() -> None:
    bounce = parse_mail(REPORT % (b"delayed", b"message/rfc822")).bounce

    assert bounce is not None
    assert not bounce.permanent
