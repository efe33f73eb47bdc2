"""Mails from anywhere: readable ones are read, hostile ones cost nothing and name what is wrong."""

import time
from email.message import EmailMessage

import pytest

from services.mail.incoming import InvalidMail
from services.mail.parsing import MailLimits, parse_mail
from tests.ends import ENDS_WITHIN_SECONDS


def mail(**headers: str) -> EmailMessage:
    message = EmailMessage()
    for name, value in {"From": "Ann <ann@customer.example>", "Subject": "Printer", "Message-ID": "<1@x>", **headers}.items():
        message[name.replace("_", "-")] = value
    message.set_content("It burns.\n")
    return message


def test_reads_names_subjects_and_files_in_russian() -> None:
    message = mail(From="Анна <anna@customer.example>", Subject="Принтер горит")
    message.add_attachment(b"\x89PNG\r\n", maintype="image", subtype="png", filename="Снимок экрана.png")

    read = parse_mail(message.as_bytes())

    assert (read.sender.name, read.sender.address, read.subject) == ("Анна", "anna@customer.example", "Принтер горит")
    assert (read.text, read.identity) == ("It burns.", "<1@x>")
    assert [(each.name, each.content) for each in read.attachments] == [("Снимок экрана.png", b"\x89PNG\r\n")]


def test_reads_raw_bytes_in_headers_and_a_charset_nobody_knows() -> None:
    raw = b"From: a@x.example\r\nSubject: \xcf\xf0\xe8\xe2\xe5\xf2\r\nContent-Type: text/plain; charset=klingon\r\n\r\n\xcf\xf0"

    read = parse_mail(raw)

    assert (read.subject, read.text) == ("Привет", "Пр")


def test_reads_html_as_a_reader_would_see_it() -> None:
    message = mail()
    message.set_content(
        "<html><head><style>p{}</style></head><p>Hello <b>desk</b>,</p><ul><li>one<li>two</ul><script>alert(1)</script>"
        "<a href='https://shop.example/x'>here</a><a href='javascript:alert(1)'>no</a><blockquote>old</blockquote>",
        subtype="html",
    )

    read = parse_mail(message.as_bytes())

    assert read.text == "Hello desk,\n\n- one\n- two\nhere <https://shop.example/x>no\n> old"


def test_a_plain_text_goes_before_its_html() -> None:
    message = mail()
    message.add_alternative("<p>It burns in colour.</p>", subtype="html")

    assert parse_mail(message.as_bytes()).text == "It burns."


def test_a_mail_without_message_id_is_named_by_its_content() -> None:
    message = mail()
    del message["Message-ID"]

    first, again, other = (parse_mail(raw) for raw in (message.as_bytes(), message.as_bytes(), message.as_bytes() + b"!"))

    assert first.identity == again.identity != other.identity


def test_the_thread_begins_with_the_mail_that_is_answered() -> None:
    read = parse_mail(mail(In_Reply_To="<3@x>", References="<1@x> <2@x>  <3@x>").as_bytes())

    assert read.thread == ("<3@x>", "<2@x>", "<1@x>")


def test_an_encoded_name_cannot_bring_an_address_of_its_own() -> None:
    raw = b"From: =?utf-8?q?boss=40desk=2Eexample=3E=2C?= <ann@customer.example>\r\n\r\nhi"

    assert parse_mail(raw).sender.address == "ann@customer.example"


def test_a_header_cannot_bring_lines_or_controls() -> None:
    read = parse_mail(b"From: a@customer.example\r\nSubject: =?utf-8?q?a=0D=0ABcc=3A_x=00y=1b?=\r\n\r\nhi\x00\x1b there")

    assert (read.subject, read.text) == ("a Bcc: xy", "hi there")


@pytest.mark.parametrize("address", ["", "nobody", "a b@x.example", "<script>@x", "a@x,b@y", "@"])
def test_an_address_that_cannot_be_answered_is_none(address: str) -> None:
    raw = f"From: {address}\r\n\r\nhi".encode()

    assert parse_mail(raw).sender.address in {"", "a@x"}


def test_files_beyond_the_limits_are_left_out_by_name() -> None:
    message = mail()
    for number in range(4):
        message.add_attachment(b"x" * (10 if number else 1000), maintype="a", subtype="b", filename=f"{number}.bin")

    read = parse_mail(message.as_bytes(), MailLimits(attachments=2, attachment=100))

    assert [each.name for each in read.attachments] == ["1.bin", "2.bin"]
    assert read.left_out == ("0.bin", "3.bin")


def _nested(levels: int) -> bytes:
    head = b"From: a@customer.example\r\n"
    return head + b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(levels))


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        (_nested(100), "deeper than 20"),
        (_nested(100_000), "more than 200 parts"),
        (b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 100_000, "more than 200 parts"),
        (b"x" * (25 * 1024 * 1024 + 1), "at most 26214400"),
        (b"A: " + b"x" * 300_000 + b"\r\n\r\nhi", "header is longer"),
    ],
    ids=["deep", "very deep", "many parts", "large", "long header"],
)
def test_a_hostile_mail_is_refused_at_once_and_by_name(raw: bytes, named: str) -> None:
    began = time.process_time()

    with pytest.raises(InvalidMail, match=named):
        parse_mail(raw)

    assert time.process_time() - began < ENDS_WITHIN_SECONDS


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n\r\n",
        b"\x00" * 100,
        b"From: " + b"<" * 10_000,
        b"Subject: =?utf-8?b?####?=\r\n\r\nhi",
        b"Subject: " + b"=?utf-8?q?a?= " * 5000,
        b"Message-ID: " + b"<x" * 5000 + b"\r\n\r\n",
        b"References: " + b"<a@b> " * 50_000 + b"\r\n\r\nhi"[:0],
        b"Content-Type: text/plain; charset*=x''%ff%fe\r\n\r\nhi",
        b"Content-Type: text/plain; charset=idna\r\n\r\n\xcf\xf0\xe8",
        b"Content-Type: text/plain; name*0*=u\x00x''%d0\r\n\r\nhi",
        b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: text/rfc822-headers; charset=idna\r\n\r\n\xcf\xf0",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: x\r\n\r\n\xcf\xf0",
        b"Content-Type: multipart/mixed\r\n\r\nno boundary",
        b"Content-Transfer-Encoding: base64\r\n\r\n####",
        b"Content-Type: message/rfc822\r\n\r\n" * 50,
        b"Content-Disposition: attachment; filename*0*=utf-8''%d0; filename*1=../../x\r\n\r\nhi",
        b"Content-Type: text/html\r\n\r\n" + b"<blockquote>" * 100_000,
        b"Content-Type: text/html\r\n\r\n<!--" + b"<!" * 100_000,
    ],
)
def test_broken_mail_is_read_as_well_as_can_be(raw: bytes) -> None:
    began = time.process_time()

    read = parse_mail(raw, MailLimits(header_bytes=1024 * 1024))

    assert read.text.isprintable() or "\n" in read.text or read.text == ""
    assert len(read.thread) <= 50
    assert time.process_time() - began < ENDS_WITHIN_SECONDS
