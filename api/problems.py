"""Refusals: problem+json (RFC 9457) for programs, a page with a way on for people. Every text says what, where, what to do."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

API_PREFIX = "/api/"
MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """A request that cannot be answered as asked; `extra` members stand beside the detail in problem+json."""

    def __init__(self, status: int, detail: str, *, headers: Mapping[str, str] | None = None, **extra: Any) -> None:  # noqa: ANN401  # any JSON
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})
        self.extra = extra


def wants_json(request: Request) -> bool:
    """REST answers in JSON; a page does so only for a script that accepts nothing else."""
    accept = request.headers.get("accept", "")
    return request.url.path.startswith(API_PREFIX) or ("json" in accept and "html" not in accept)


def problem_response(request: Request, problem: Problem) -> Response:
    """The problem as JSON."""
    content = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.url.path,
        **problem.extra,
    }
    return JSONResponse(content, problem.status, headers=problem.headers, media_type=MEDIA_TYPE)
