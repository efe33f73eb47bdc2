"""Zeebe's REST calls: user tasks and topology, in the spelling of 8.5 (`/v1`) and of 8.6 and later (`/v2`).

    POST   /v1/user-tasks/{key}/completion   {"variables": {...}, "action": "..."}
    POST   /v1/user-tasks/{key}/assignment   {"assignee": "...", "allowOverride": true, "action": "..."}
    DELETE /v1/user-tasks/{key}/assignee
    PATCH  /v1/user-tasks/{key}              {"changeset": {...}, "action": "..."}
    GET    /v1/topology

Success is 204 without a body; texts and statuses of refusals were recorded from Zeebe 8.5.8.
"""

from http import HTTPStatus
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine.gateway.ports import Partition
from engine.gateway.problem import Problem, on_http_error, on_problem
from engine.gateway.rejections import HTTP_STATUS, RequestInvalid, sentence
from engine.gateway.rest_bodies import (
    Assignment,
    BodyUnreadableError,
    Changeset,
    Completion,
    Update,
    is_date,
    may_override,
    read,
    text_of,
    texts_of,
)
from engine.processing.commands import (
    AssignUserTask,
    Command,
    CommandRejected,
    CompleteUserTask,
    UpdateUserTask,
)

_MEDIA_TYPE = "application/json"
_LARGEST_KEY = 2**63 - 1


class UserTaskCalls:
    """The endpoints; each turns a request into one command."""

    def __init__(self, partition: Partition, *, largest_body: int) -> None:
        self._partition = partition
        self._largest_body = largest_body

    async def complete(self, request: Request) -> Response:
        given = await self._body(request, Completion, required=False)
        action = text_of(given.action) or "complete"
        return await self._submit(CompleteUserTask(_key(request), given.variables or {}, action=action))

    async def assign(self, request: Request) -> Response:
        given = await self._body(request, Assignment, required=True)
        assignee = text_of(given.assignee)
        try:
            allow_override = may_override(given.allow_override)
        except BodyUnreadableError as error:
            raise _unreadable(error) from error
        if not assignee.strip():
            raise Problem(HTTPStatus.BAD_REQUEST, "No assignee provided", title="INVALID_ARGUMENT")
        action = text_of(given.action) or "assign"
        return await self._submit(AssignUserTask(_key(request), assignee, action=action, allow_override=allow_override))

    async def unassign(self, request: Request) -> Response:
        return await self._submit(AssignUserTask(_key(request), "", action="unassign"))

    async def update(self, request: Request) -> Response:
        given = await self._body(request, Update, required=False)
        changes = _changes(given.changeset or Changeset())
        if not changes and given.action is None:
            raise Problem(
                HTTPStatus.BAD_REQUEST,
                'No update data provided. Provide at least an "action" or a non-null value for a supported attribute '
                'in the "changeset".',
                title="INVALID_ARGUMENT",
            )
        return await self._submit(UpdateUserTask(_key(request), changes, action=text_of(given.action) or "update"))

    async def _body[Body: msgspec.Struct](self, request: Request, kind: type[Body], *, required: bool) -> Body:
        content = await self._content(request)
        if content or required:
            _check_media_type(request)
        try:
            body = read(content, kind) if content else None
        except BodyUnreadableError as error:
            raise _unreadable(error) from error
        except RequestInvalid as error:
            raise Problem(HTTPStatus.BAD_REQUEST, str(error)) from error
        if body is None and required:
            raise Problem(HTTPStatus.BAD_REQUEST, "Invalid request content")
        return body or kind()

    async def _content(self, request: Request) -> bytes:
        """The body, never more of it in memory than is allowed."""
        content = bytearray()
        async for chunk in request.stream():
            content += chunk
            if len(content) > self._largest_body:
                raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body is larger than {self._largest_body} bytes.")
        return bytes(content)

    async def _submit(self, command: Command) -> Response:
        try:
            await self._partition.submit(command)
        except CommandRejected as rejected:
            raise Problem(
                HTTP_STATUS[rejected.rejection_type], sentence(command, rejected), title=rejected.rejection_type
            ) from rejected
        return Response(status_code=HTTPStatus.NO_CONTENT)


def _unreadable(error: BodyUnreadableError) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, f"Failed to read HTTP message: {error}")


def _check_media_type(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != _MEDIA_TYPE:
        told = f"Content-Type '{media_type}' is not supported." if "/" in media_type else "Could not parse Content-Type."
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, told if media_type else None)


def _key(request: Request) -> int:
    text = request.path_params["user_task_key"]
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= _LARGEST_KEY):
        raise Problem(HTTPStatus.BAD_REQUEST, "Type mismatch.")
    return int(text)


def _changes(changeset: Changeset) -> dict[str, Any]:
    """What a changeset changes, by the names of the USER_TASK record; dates are checked here as Zeebe's gateway does."""
    dates = {"due date": text_of(changeset.due_date), "follow-up date": text_of(changeset.follow_up_date)}
    refused = [
        f"The provided {name} '{date}' cannot be parsed as a date according to RFC 3339, section 5.6."
        for name, date in dates.items()
        if date and not is_date(date)
    ]
    if refused:
        raise Problem(HTTPStatus.BAD_REQUEST, " ".join(refused), title="INVALID_ARGUMENT")
    given = {
        "candidateGroups": None if changeset.candidate_groups is None else texts_of(changeset.candidate_groups),
        "candidateUsers": None if changeset.candidate_users is None else texts_of(changeset.candidate_users),
        "dueDate": None if changeset.due_date is None else dates["due date"],
        "followUpDate": None if changeset.follow_up_date is None else dates["follow-up date"],
    }
    return {name: value for name, value in given.items() if value is not None}


def rest_app(partition: Partition, topology: dict[str, Any], *, largest_body: int) -> Starlette:
    """The REST server of one gateway; `topology` is answered as it is."""
    calls = UserTaskCalls(partition, largest_body=largest_body)

    async def show_topology(_request: Request) -> Response:
        return JSONResponse(topology)

    routes = []
    for version in ("/v1", "/v2"):
        task = f"{version}/user-tasks/{{user_task_key}}"
        routes += [
            Route(f"{task}/completion", calls.complete, methods=["POST"]),
            Route(f"{task}/assignment", calls.assign, methods=["POST"]),
            Route(f"{task}/assignee", calls.unassign, methods=["DELETE"]),
            Route(task, calls.update, methods=["PATCH"]),
            Route(f"{version}/topology", show_topology, methods=["GET"]),
        ]
    app = Starlette(routes=routes, exception_handlers={Problem: on_problem, HTTPException: on_http_error})
    app.router.redirect_slashes = False
    return app
