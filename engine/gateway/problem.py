"""Errors of the REST servers, as Zeebe writes them: `application/problem+json`."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response


class Problem(Exception):
    """What a REST call is answered with instead of its result."""

    def __init__(self, status: HTTPStatus, detail: str | None, *, title: str | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title or status.phrase
        self.detail = detail


def problem_response(
    request: Request, status: int, title: str, detail: str | None, headers: Mapping[str, str] | None = None
) -> Response:
    told = {} if detail is None else {"detail": detail}
    body = {"type": "about:blank", "title": title, "status": status, **told, "instance": request.url.path}
    return Response(msgspec.json.encode(body), status_code=status, media_type="application/problem+json", headers=headers)


def on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problem_response(request, error.status, error.title, error.detail)


def on_http_error(request: Request, error: Exception) -> Response:
    """A path or method that is not served."""
    assert isinstance(error, HTTPException)
    detail = f"Supported methods: [{error.headers['Allow']}]" if error.headers and "Allow" in error.headers else error.detail
    return problem_response(request, error.status_code, HTTPStatus(error.status_code).phrase, detail, error.headers)
