"""Tickets for staff: the list, a ticket's page, what is written there, and the same by REST."""

import csv
import io
from pathlib import Path

import pytest

from services.crm import Attachment, IncomingMessage, NewTicket, SqlTicketDesk
from tests.web_app import WebApp, running_web_app

PNG = b"\x89PNG\r\n\x1a\n..."
PAGE = b"<html><script>alert(1)</script>"


def take_in(web_app: WebApp, number: int = 1, **changes) -> str:
    own = {"source": "mail", "external_id": f"<{number}@x>", "text": f"It burns {number}", "subject": f"Printer {number}"}
    message = IncomingMessage(**{**own, "author_name": "Ann", "author_email": "ann@customer.example", **changes})
    return web_app.services.tickets.correspondence.receive(message).ticket_id


def keep(web_app: WebApp, name: str, content: bytes) -> Attachment:
    return web_app.services.tickets.keep(name, content)


async def test_the_list_shows_open_tickets_and_what_is_asked_for(web_app: WebApp) -> None:
    take_in(web_app, 1)
    closed = take_in(web_app, 2)
    SqlTicketDesk(web_app.engine).close(closed, outcome="resolved", reply="", request_id="1")

    async with web_app.signed_in("staff") as browser:
        listed = await browser.get("/tickets")
        every = await browser.get("/tickets?any_status=1")
        found = await browser.get("/tickets", params={"q": "printer 2"})

    assert "Printer 1" in listed.text
    assert "Printer 2" not in listed.text
    assert "Printer 2" in every.text
    assert "Printer 2" in found.text
    assert "Printer 1" not in found.text


async def test_the_list_goes_on_where_a_page_ends(web_app: WebApp) -> None:
    SqlTicketDesk(web_app.engine).intake([NewTicket("shop", str(n), "x", f"Case number {n}.") for n in range(60)])

    async with web_app.signed_in("staff") as browser:
        first = await browser.get("/tickets")
        second = await browser.get("/tickets?cursor=11")
        refused = await browser.get("/tickets?cursor=x")

    assert "cursor=11" in first.text
    assert second.text.count("Case number") == 10
    assert refused.status_code == 400


async def test_a_customer_s_words_stay_words(web_app: WebApp) -> None:
    ticket_id = take_in(web_app, text="<script>alert(1)</script>", subject="<b>x</b>", author_name="<img src=x>")

    async with web_app.signed_in("staff") as browser:
        pages = [await browser.get(address) for address in ("/tickets", f"/tickets/{ticket_id}")]

    for page in pages:
        assert "<script>alert" not in page.text
        assert "<b>x</b>" not in page.text
        assert "<img src=x>" not in page.text


async def test_csv_holds_every_ticket_of_the_filter_and_no_formula(web_app: WebApp) -> None:
    take_in(web_app, 1, subject="=HYPERLINK(1)", author_name="@SUM(A1)")
    take_in(web_app, 2)

    async with web_app.signed_in("staff") as browser:
        answer = await browser.get("/tickets/export.csv?source=mail")

    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["ticket_id"] for row in rows] == ["T-2", "T-1"]
    assert (rows[1]["subject"], rows[1]["customer_name"]) == ("'=HYPERLINK(1)", "'@SUM(A1)")


async def test_a_reply_goes_out_once_with_its_file_and_a_note_never(web_app: WebApp) -> None:
    ticket_id = take_in(web_app)

    async with web_app.signed_in("staff") as browser:
        await browser.get(f"/tickets/{ticket_id}")
        for _attempt in range(2):
            form = {"text": "Try again", "request_id": "form-1"}
            files = {"attachments": ("help.txt", b"Turn it off and on.")}
            replied = await browser.post(f"/tickets/{ticket_id}/replies", form, files=files)
            await browser.post(f"/tickets/{ticket_id}/notes", {"text": "Not again", "request_id": "form-1-note"})
        page = await browser.get(f"/tickets/{ticket_id}")

    assert replied.status_code == 303
    [reply] = web_app.services.tickets.correspondence.unhanded()
    assert (reply.text, [each.name for each in reply.attachments]) == ("Try again", ["help.txt"])
    assert page.text.count("Not again") == 1
    assert page.text.count("Try again") == 1


async def test_an_empty_reply_is_refused_with_the_page(web_app: WebApp) -> None:
    ticket_id = take_in(web_app)

    async with web_app.signed_in("staff") as browser:
        await browser.get("/tickets")
        refused = await browser.post(f"/tickets/{ticket_id}/replies", {"text": " "})

    assert refused.status_code == 422
    assert "Write something first" in refused.text


async def test_a_form_sent_twice_is_one_ticket(web_app: WebApp) -> None:
    async with web_app.signed_in("staff") as browser:
        await browser.get("/tickets/new")
        answers = [await browser.post("/tickets/new", {"text": "By phone", "request_id": "form-1"}) for _ in range(2)]
        empty = await browser.post("/tickets/new", {"text": " "})

    assert [answer.headers["location"] for answer in answers] == ["/tickets/T-1", "/tickets/T-1"]
    assert empty.status_code == 422


@pytest.mark.parametrize(
    ("name", "content", "media_type", "disposition"),
    [
        ("burns.png", PNG, "image/png", "inline"),
        ("page.png", PAGE, "text/plain; charset=utf-8", "attachment"),
        ("page.html", PAGE, "text/plain; charset=utf-8", "attachment"),
        ("drawing.svg", b"<svg onload=alert(1)>", "text/plain; charset=utf-8", "attachment"),
        ("a.pdf", b"%PDF-1.7", "application/pdf", "attachment"),
        (
            "report.docx",
            b"PK\x03\x04x",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "attachment",
        ),
        ("x.exe", b"MZ\x00\x00", "application/octet-stream", "attachment"),
    ],
)
async def test_a_stranger_s_file_cannot_act(web_app: WebApp, name, content, media_type, disposition) -> None:
    ticket_id = take_in(web_app, attachments=(keep(web_app, name, content),))

    async with web_app.signed_in("staff") as browser:
        answer = await browser.get(f"/tickets/{ticket_id}/attachments/1")

    assert answer.content == content
    assert answer.headers["content-type"] == media_type
    assert answer.headers["content-disposition"].startswith(disposition)
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_file_of_another_ticket_is_not_found(web_app: WebApp) -> None:
    take_in(web_app, 1, attachments=(keep(web_app, "a.png", PNG),))
    other = take_in(web_app, 2)

    async with web_app.signed_in("staff") as browser:
        answers = [await browser.get(f"/tickets/{ticket}/attachments/1") for ticket in (other, "T-99")]

    assert [answer.status_code for answer in answers] == [404, 404]


async def test_rest_lists_and_shows_tickets_with_their_correspondence(web_app: WebApp) -> None:
    ticket_id = take_in(web_app, attachments=(keep(web_app, "a.png", PNG),))
    take_in(web_app, 2, author_email="bob@customer.example")
    bearer = web_app.bearer(web_app.account("staff"))

    async with web_app.browser() as browser:
        listed = await browser.get("/api/v1/tickets?customer_email=ANN@customer.example&with_total=true", headers=bearer)
        written = [
            await browser.client.post(
                f"/api/v1/tickets/{ticket_id}/messages", json={"text": "Hello", "request_id": "1"}, headers=bearer
            )
            for _ in range(2)
        ]
        shown = (await browser.get(f"/api/v1/tickets/{ticket_id}", headers=bearer)).json()
        file = await browser.get(f"/api/v1/tickets/{ticket_id}/attachments/1", headers=bearer)

    assert (listed.json()["total"], [each["ticket_id"] for each in listed.json()["items"]]) == (1, [ticket_id])
    assert [answer.status_code for answer in written] == [201, 201]
    assert [(each["kind"], each["text"]) for each in shown["messages"]] == [("customer", "It burns 1"), ("reply", "Hello")]
    assert shown["messages"][0]["attachments"][0]["media_type"] == "image/png"
    assert file.content == PNG


@pytest.mark.parametrize("query", ["status=gone", "cursor=x", "limit=0", "created_from=yesterday", "nonsense=1"])
async def test_rest_names_a_filter_that_makes_no_sense(web_app: WebApp, query: str) -> None:
    bearer = web_app.bearer(web_app.account("staff"))

    async with web_app.browser() as browser:
        answer = await browser.get(f"/api/v1/tickets?{query}", headers=bearer)

    assert answer.status_code in {400, 422}
    assert answer.json()["detail"]


@pytest.mark.parametrize(("address", "said"), [("/tickets", "No ticket yet"), ("/instances", "No instance yet")])
async def test_an_empty_house_says_what_to_do_first_and_nothing_of_filters(tmp_path: Path, address: str, said: str) -> None:
    async with running_web_app(tmp_path) as app, app.signed_in("admin") as browser:
        page = (await browser.get(address)).text

    assert said in page
    assert "matches this filter" not in page
