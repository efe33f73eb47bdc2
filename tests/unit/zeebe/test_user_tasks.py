"""The REST half of the client against an HTTP server that speaks one version of Zeebe's API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine.gateway.http_server import HttpServer
from zeebe.errors import FailedPrecondition, InvalidArgument, NotConnected, NotFound
from zeebe.user_tasks import UserTaskCalls


@asynccontextmanager
async def zeebe_with(version: str, answers: dict[str, int]) -> AsyncIterator[tuple[UserTaskCalls, list]]:
    """Completions are answered by user task key; what came is listed."""
    came: list[tuple[str, str, dict]] = []

    async def complete(request: Request) -> Response:
        came.append((request.method, request.url.path, await request.json()))
        status = answers.get(request.path_params["key"], 204)
        if status == 204:
            return Response(status_code=204)
        return JSONResponse({"title": "NOT_FOUND" if status == 404 else "X", "detail": "because"}, status_code=status)

    app = Starlette(routes=[Route(f"/{version}/user-tasks/{{key}}/completion", complete, methods=["POST"])])
    server = HttpServer(app, "127.0.0.1", 0, purpose="a test")
    server.start()
    calls = UserTaskCalls(f"http://127.0.0.1:{server.port}/", timeout=5)
    try:
        yield calls, came
    finally:
        await calls.close()
        await server.stop()


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_the_version_that_the_engine_offers_is_found(version: str) -> None:
    async with zeebe_with(version, {}) as (calls, came):
        await calls.complete(7, {"ok": True}, "approve")
        await calls.complete(8, None, "complete")

    body = {"variables": {"ok": True}, "action": "approve"}
    assert came[0] == ("POST", f"/{version}/user-tasks/7/completion", body)
    assert came[1][1] == f"/{version}/user-tasks/8/completion"


@pytest.mark.parametrize(("status", "error"), [(404, NotFound), (400, InvalidArgument), (409, FailedPrecondition)])
async def test_a_problem_becomes_our_error_with_its_detail(status: int, error: type[Exception]) -> None:
    async with zeebe_with("v1", {"7": status}) as (calls, came):
        with pytest.raises(error, match="because"):
            await calls.complete(7, None, "complete")

    assert len(came) == 1


async def test_an_engine_that_is_not_there_is_told() -> None:
    async with zeebe_with("v1", {}) as (calls, _):
        pass
    gone = UserTaskCalls(str(calls._http.base_url), timeout=5)

    with pytest.raises(NotConnected):
        await gone.complete(7, None, "complete")

    await gone.close()
