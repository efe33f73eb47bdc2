"""No request body is larger than it may be, and no JSON deeper: refused before anything is parsed."""

import re
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem
from api.refusals import refuse

MAX_JSON_DEPTH = 64
STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
ONE_KIND = bytes.maketrans(b"{}", b"[]")
NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class BodyRefused(HTTPException):
    """An HTTPException, because frameworks in between turn any other one into their own."""


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """JSON is read whole and looked at; uploads stream through a counter."""

    app: ASGIApp
    max_json_bytes: int
    max_upload_bytes: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"}:
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        is_upload = request.headers.get("content-type", "").startswith("multipart/form-data")
        limit = self.max_upload_bytes if is_upload else self.max_json_bytes
        try:
            _require(_declared_length(request), limit)
            body_receive = _counting(receive, limit) if is_upload else await _read_whole(receive, limit)
        except BodyRefused as error:
            problem = Problem(error.status_code, error.detail, headers={"Connection": "close"})
            await refuse(request, problem)(scope, receive, send)
            return
        await self.app(scope, body_receive, send)


def _require(size: int, limit: int) -> None:
    if size > limit:
        raise BodyRefused(413, f"the request body is larger than {limit} bytes; send less at once")


def is_too_deep(body: bytes, levels: int = MAX_JSON_DEPTH) -> bool:
    """Whether brackets nest deeper than so many levels.

    Each round takes away the innermost pairs, so the work is a few passes in C however hostile the text. Whether brackets fit
    each other is left to the parser, which will say where.
    """
    if body.count(b"[") + body.count(b"{") <= levels:
        return False
    brackets = STRINGS.sub(b"", body).translate(ONE_KIND, NOT_BRACKETS)
    for _ in range(levels):
        shorter = brackets.replace(b"[]", b"")
        if not shorter:
            return False
        if len(shorter) == len(brackets):
            break
        brackets = shorter
    return b"[" in brackets


async def _read_whole(receive: Receive, limit: int) -> Receive:
    chunks: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return _replay([message], receive)
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        _require(size, limit)
        more = message.get("more_body", False)
    body = b"".join(chunks)
    if is_too_deep(body):
        raise BodyRefused(400, f"the JSON is nested more than {MAX_JSON_DEPTH} levels deep")
    return _replay([{"type": "http.request", "body": body, "more_body": False}], receive)


def _counting(receive: Receive, limit: int) -> Receive:
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        _require(size, limit)
        return message

    return counted


def _replay(messages: list[Message], receive: Receive) -> Receive:
    async def replayed() -> Message:
        return messages.pop(0) if messages else await receive()

    return replayed


def _declared_length(request: Request) -> int:
    declared = request.headers.get("content-length", "0")
    return int(declared) if declared.isascii() and declared.isdigit() else 0
