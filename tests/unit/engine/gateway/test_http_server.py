"""A server stops at once when nobody waits for an answer, and answers who does before it stops."""

import asyncio

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from engine.gateway.http_server import HttpServer

# Turns of the event loop, each of no time: whoever needs more waits for a clock.
TURNS = 50


async def is_done_without_waiting(task: asyncio.Task[None]) -> bool:
    for _turn in range(TURNS):
        await asyncio.sleep(0)
    return task.done()


def server(*routes: Route) -> HttpServer:
    return HttpServer(Starlette(routes=routes), "127.0.0.1", 0, purpose="a test")


async def hello(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def test_a_server_that_nobody_asks_stops_without_waiting_for_a_clock() -> None:
    idle = server()
    idle.start()
    await asyncio.sleep(0.01)

    stopped = await is_done_without_waiting(asyncio.create_task(idle.stop()))

    assert stopped


async def test_a_server_stops_though_a_client_keeps_its_connection() -> None:
    one = server(Route("/", hello))
    one.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{one.port}") as client:
        answer = await client.get("/")

        stopped = await is_done_without_waiting(asyncio.create_task(one.stop()))

    assert answer.text == "hello"
    assert stopped


async def test_who_waits_for_an_answer_gets_it_before_the_server_stops() -> None:
    asked, released = asyncio.Event(), asyncio.Event()

    async def slow(_request: Request) -> PlainTextResponse:
        asked.set()
        await released.wait()
        return PlainTextResponse("at last")

    one = server(Route("/", slow))
    one.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{one.port}") as client:
        waiting = asyncio.create_task(client.get("/"))
        await asked.wait()
        stopping = asyncio.create_task(one.stop())
        stopped_early = await is_done_without_waiting(stopping)
        released.set()
        answer = await waiting
        await stopping

    assert not stopped_early
    assert answer.text == "at last"
