"""The customers' portal: the way in, one's own tickets, and nothing of anybody else's."""

import email
import email.policy
import re
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from services.crm import IncomingMessage, MessageKind, SqlTicketDesk
from tests.web_app import Browser, WebApp

LINK = re.compile(r"http://penstock\.test(/portal/enter\?\S+)")


def links(web_app: WebApp) -> list[str]:
    """The addresses in the mails that wait."""
    with web_app.engine.connect() as connection:
        contents = connection.execute(text("SELECT content FROM mail_outgoing ORDER BY number")).scalars().all()
    bodies = [email.message_from_bytes(each, policy=email.policy.default).get_content() for each in contents]
    return [LINK.search(body)[1] for body in bodies]


async def ask(browser: Browser, address: str = "ann@customer.example", goal: str = "/portal"):
    await browser.get("/portal")
    return await browser.post("/portal/link", {"email": address, "next": goal})


async def enter(browser: Browser, link: str):
    page = await browser.get(link)
    # The language's form on the page has a `next` of its own.
    fields = {name: re.findall(f'name="{name}" value="([^"]*)"', page.text)[-1] for name in ("link", "next")}
    return await browser.post("/portal/enter", fields)


@asynccontextmanager
async def customer(web_app: WebApp, address: str = "ann@customer.example"):
    async with web_app.browser() as browser:
        await ask(browser, address)
        await enter(browser, links(web_app)[-1])
        await browser.get("/portal")
        yield browser


def ticket_of(web_app: WebApp, address: str = "Ann@Customer.example", number: int = 1) -> str:
    attachment = web_app.services.tickets.keep("burns.png", b"\x89PNG\r\n\x1a\n")
    message = IncomingMessage(
        "mail", f"<{number}@x>", "It burns", f"Printer {number}", "Ann", address, attachments=(attachment,)
    )
    return web_app.services.tickets.correspondence.receive(message).ticket_id


def close(web_app: WebApp, ticket_id: str) -> None:
    SqlTicketDesk(web_app.engine).close(ticket_id, outcome="resolved", reply="Done", request_id="1")


async def test_a_link_signs_in_once(web_app: WebApp) -> None:
    ticket_id = ticket_of(web_app)

    async with web_app.browser() as browser, web_app.browser() as second:
        sent = await ask(browser, goal=f"/portal/tickets/{ticket_id}")
        [link] = links(web_app)
        looked = await second.get(link)
        first = await enter(browser, link)
        again = await enter(second, link)
        own = await browser.get("/portal")
        stranger = await second.get("/portal")

    assert "Look into your mail" in sent.text
    assert looked.status_code == 200
    assert (first.status_code, first.headers["location"]) == (303, f"/portal/tickets/{ticket_id}")
    assert (again.status_code, "used already" in again.text) == (401, True)
    assert "Printer 1" in own.text
    assert "Printer 1" not in stranger.text


async def test_an_old_link_is_refused(web_app: WebApp) -> None:
    async with web_app.browser() as browser:
        await ask(browser)
        with web_app.engine.begin() as connection:
            connection.execute(text("UPDATE portal_link SET expires_at = '2020-01-01 00:00:00.000000'"))
        refused = await enter(browser, links(web_app)[0])

    assert refused.status_code == 401


async def test_nobody_learns_who_is_a_customer(web_app: WebApp) -> None:
    ticket_of(web_app)

    async with web_app.browser() as browser:
        known = await ask(browser, "ann@customer.example")
        unknown = await ask(browser, "nobody@customer.example")
        for _attempt in range(4):
            enough = await ask(browser, "ann@customer.example")

    assert known.text.replace("ann@", "nobody@") == unknown.text
    assert enough.text == known.text
    assert len(links(web_app)) == 4


async def test_one_place_cannot_ask_for_many_links(web_app: WebApp) -> None:
    async with web_app.browser() as browser:
        answers = [(await ask(browser, f"victim{number}@customer.example")).status_code for number in range(22)]

    assert answers == [200] * 20 + [429, 429]
    assert len(links(web_app)) == 20


@pytest.mark.parametrize("address", ["", "ann", "ann@x\r\nBcc: all@y.example", "a b@c.example", "анна@почта.example"])
async def test_what_is_no_address_gets_no_mail(web_app: WebApp, address: str) -> None:
    async with web_app.browser() as browser:
        answer = await ask(browser, address)

    assert answer.status_code == 422
    assert links(web_app) == []


@pytest.mark.parametrize(
    "goal", ["https://evil.example", "//evil.example", "/portal\\@evil.example", "/inbox", "/portal/../x\n"]
)
async def test_a_link_leads_nowhere_but_into_the_portal(web_app: WebApp, goal: str) -> None:
    async with web_app.browser() as browser:
        await ask(browser, goal=goal)
        entered = await enter(browser, links(web_app)[0])

    assert entered.headers["location"] == "/portal"


async def test_a_customer_s_session_opens_nothing_of_staff_s_and_the_other_way(web_app: WebApp) -> None:
    async with customer(web_app) as browser, web_app.signed_in("admin") as staff:
        pages = [(await browser.get(address)).headers.get("location", "") for address in ("/tickets", "/inbox", "/accounts")]
        portal = await staff.get("/portal/new")

    assert all(address.startswith("/login") for address in pages)
    assert portal.headers["location"].startswith("/portal?next=")


OWN_ROUTES = (
    ("GET", "", {}),
    ("GET", "/attachments/1", {}),
    ("POST", "/answers", {"text": "mine now", "request_id": "1"}),
    ("POST", "/rating", {"rating": "1"}),
)


@pytest.mark.parametrize(("method", "path", "form"), OWN_ROUTES)
async def test_somebody_else_s_ticket_does_not_exist(web_app: WebApp, method: str, path: str, form: dict[str, str]) -> None:
    theirs = ticket_of(web_app, "bob@customer.example")
    close(web_app, theirs)

    async with customer(web_app) as ann, customer(web_app, "bob@customer.example") as bob:
        answers = []
        for browser, ticket_id in ((ann, theirs), (ann, "T-999"), (bob, theirs)):
            address = f"/portal/tickets/{ticket_id}{path}"
            answers.append(await (browser.get(address) if method == "GET" else browser.post(address, form)))

    assert [answer.status_code for answer in answers[:2]] == [404, 404]
    assert answers[2].status_code in {200, 303}


async def test_every_route_of_a_ticket_is_tried_with_a_wrong_owner() -> None:
    from api.app import all_routes  # noqa: PLC0415

    routes = {(method, path) for method, path in all_routes() if path.startswith("/portal/tickets/") and method != "HEAD"}

    tried = {(method, f"/portal/tickets/{{ticket_id}}{path.replace('/1', '/{number:int}')}") for method, path, _ in OWN_ROUTES}
    assert routes == tried


@pytest.mark.parametrize("address", ["", "ANN@customer.example\x00", "nn@customer.example"])
async def test_a_ticket_without_its_address_belongs_to_nobody(web_app: WebApp, address: str) -> None:
    ticket_id = ticket_of(web_app, address.replace("\x00", "x"))

    async with customer(web_app) as browser:
        assert (await browser.get(f"/portal/tickets/{ticket_id}")).status_code == 404


async def test_a_stranger_is_led_to_the_way_in_and_back(web_app: WebApp) -> None:
    ticket_id = ticket_of(web_app)

    async with web_app.browser() as browser:
        led = await browser.get(f"/portal/tickets/{ticket_id}")

    assert (led.status_code, led.headers["location"]) == (303, f"/portal?next=/portal/tickets/{ticket_id}")


async def test_a_new_request_with_a_file_is_one_ticket_however_often_it_is_sent(web_app: WebApp) -> None:
    async with customer(web_app) as browser:
        form = {"text": "My screen is black", "subject": "Screen", "name": "Ann", "request_id": "form-1"}
        for _attempt in range(2):
            sent = await browser.post("/portal/new", form, files={"attachments": ("black.png", b"\x89PNG\r\n\x1a\n")})
        page = await browser.get(sent.headers["location"])

    ticket = web_app.services.intake.ticket("T-1")
    assert sent.headers["location"] == "/portal/tickets/T-1"
    assert (ticket.source, ticket.customer_email, ticket.customer_name) == ("portal", "ann@customer.example", "Ann")
    assert "black.png" in page.text
    assert "We have it and will look at it soon." in page.text


async def test_a_customer_reads_replies_but_no_notes(web_app: WebApp) -> None:
    ticket_id = ticket_of(web_app)
    letters = web_app.services.tickets.correspondence
    letters.note(ticket_id, "A difficult one", author="Bob", request_id="1")
    letters.reply(ticket_id, "Turn it off", author="Bob", request_id="2")

    async with customer(web_app) as browser:
        page = await browser.get(f"/portal/tickets/{ticket_id}")

    assert "Turn it off" in page.text
    assert "We have answered and wait for you." in page.text
    assert "difficult" not in page.text


async def test_an_answer_joins_the_thread_and_one_to_a_closed_ticket_opens_a_new_one(web_app: WebApp) -> None:
    ticket_id = ticket_of(web_app)
    letters = web_app.services.tickets.correspondence

    async with customer(web_app) as browser:
        first = await browser.post(f"/portal/tickets/{ticket_id}/answers", {"text": "Still burns", "request_id": "1"})
        close(web_app, ticket_id)
        second = await browser.post(f"/portal/tickets/{ticket_id}/answers", {"text": "Burns again", "request_id": "2"})

    assert first.headers["location"] == f"/portal/tickets/{ticket_id}"
    assert [each.text for each in letters.thread(ticket_id) if each.kind is MessageKind.CUSTOMER] == ["It burns", "Still burns"]
    follower = web_app.services.intake.ticket(second.headers["location"].rsplit("/", 1)[-1])
    assert (follower.follows, follower.text) == (ticket_id, "Burns again")


async def test_a_closed_ticket_is_rated_and_an_open_one_not(web_app: WebApp) -> None:
    ticket_id = ticket_of(web_app)

    async with customer(web_app) as browser:
        await browser.post(f"/portal/tickets/{ticket_id}/rating", {"rating": "5"})
        early = web_app.services.intake.ticket(ticket_id).rating
        close(web_app, ticket_id)
        await browser.post(f"/portal/tickets/{ticket_id}/rating", {"rating": "4", "comment": "Quick"})
        wrong = await browser.post(f"/portal/tickets/{ticket_id}/rating", {"rating": "6"})

    rated = web_app.services.intake.ticket(ticket_id)
    assert (early, rated.rating, rated.rating_comment) == (None, 4, "Quick")
    assert wrong.status_code == 422


async def test_too_many_requests_within_an_hour_are_refused(web_app: WebApp) -> None:
    for number in range(30):
        ticket_of(web_app, number=number)

    async with customer(web_app) as browser:
        refused = await browser.post("/portal/new", {"text": "One more", "request_id": "1"})

    assert refused.status_code == 429


async def test_a_signed_out_customer_is_a_stranger(web_app: WebApp) -> None:
    async with customer(web_app) as browser:
        cookie = browser.client.cookies["penstock_customer"]
        await browser.post("/portal/sign-out", {})
        browser.client.cookies.set("penstock_customer", cookie, path="/portal")
        page = await browser.get("/portal/new")

    assert page.status_code == 303


async def test_another_site_cannot_send_a_form_for_a_customer(web_app: WebApp) -> None:
    async with customer(web_app) as browser:
        forged = await browser.client.post("/portal/new", data={"text": "spam", "request_id": "1"})

    assert forged.status_code == 403


async def test_a_spent_link_is_not_kept_in_the_outbox(web_app: WebApp) -> None:
    async with web_app.browser() as browser:
        await ask(browser)
    from bootstrap.mail import outbox  # noqa: PLC0415
    from settings import Settings  # noqa: PLC0415

    box = outbox(Settings(_env_file=None, secret_key="a key"), web_app.engine)
    [mail] = box.take_due(10)
    box.mark_sent(mail.number)

    with web_app.engine.connect() as connection:
        assert connection.execute(text("SELECT content FROM mail_outgoing")).scalar() == b""


async def test_the_portal_speaks_russian(web_app: WebApp) -> None:
    async with web_app.browser() as browser:
        page = await browser.get("/portal", headers={"Accept-Language": "ru"})

    assert "Чем помочь?" in page.text
