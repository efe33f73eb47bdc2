import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
from starlette.types import Message, Receive, Scope, Send

from api.clicks_first import ClicksFirst
from tests.web_app import WebApp

LIVE = {"X-Live": "1"}


@dataclass
class Slow:
    """Pages that are made when the test says so, and sent when it says so."""

    asked: list[str] = field(default_factory=list)
    made: asyncio.Event = field(default_factory=asyncio.Event)
    read: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        self.asked.append(scope["path"])
        if scope["path"] == "/broken":
            raise RuntimeError("broken")
        if scope["path"] != "/click":
            await self.made.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        if scope["path"] == "/slow-reader":
            await self.read.wait()
        await send({"type": "http.response.body", "body": b""})


@asynccontextmanager
async def asking(pages: Slow, *paths: str) -> AsyncIterator[tuple[httpx.AsyncClient, list[asyncio.Task[httpx.Response]]]]:
    """Renewals of some pages, all under way."""
    transport = httpx.ASGITransport(ClicksFirst(pages), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://house") as client:
        tasks = [asyncio.create_task(client.get(path, headers=LIVE)) for path in paths]
        await asyncio.sleep(0.02)
        yield client, tasks
        pages.made.set()
        pages.read.set()
        await asyncio.gather(*tasks)


async def test_renewals_are_made_one_at_a_time_and_a_click_goes_past_them() -> None:
    pages = Slow()

    async with asking(pages, "/1", "/2", "/3", "/4") as (client, _tasks):
        click = await client.get("/click")
        before = list(pages.asked)

    assert click.is_success
    assert before == ["/1", "/click"]
    assert sorted(pages.asked) == ["/1", "/2", "/3", "/4", "/click"]


async def test_a_reader_who_takes_long_holds_nobody_up() -> None:
    pages = Slow()
    pages.made.set()

    async with asking(pages, "/slow-reader", "/slow-reader", "/3") as (_client, tasks):
        third = await asyncio.wait_for(tasks[2], 5)

    assert third.is_success


async def test_a_page_that_fails_gives_its_place_back() -> None:
    pages = Slow()
    pages.made.set()

    async with asking(pages, "/broken", "/broken", "/broken", "/4") as (_client, tasks):
        fourth = await asyncio.wait_for(tasks[3], 5)

    assert fourth.is_success


async def test_a_reader_who_left_gives_the_place_back() -> None:
    pages = Slow()
    renewals = ClicksFirst(pages, at_once=1)

    async def nothing() -> Message:
        return {"type": "http.disconnect"}

    async def sent(_message: Message) -> None: ...

    scope = {"type": "http", "path": "/1", "headers": [(b"x-live", b"1")]}
    left = asyncio.create_task(renewals(scope, nothing, sent))
    waiting = asyncio.create_task(renewals(scope | {"path": "/2"}, nothing, sent))
    await asyncio.sleep(0.02)
    waiting.cancel()
    left.cancel()
    pages.made.set()
    await asyncio.wait_for(renewals(scope | {"path": "/3"}, nothing, sent), 5)

    assert pages.asked == ["/1", "/3"]


async def test_the_application_s_pages_are_renewed(web_app: WebApp) -> None:
    async with web_app.signed_in("admin") as browser:
        response = await browser.client.get("/instances", headers=LIVE)

    assert response.status_code == 200
