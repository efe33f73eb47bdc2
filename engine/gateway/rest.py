"""Zeebe's REST calls: user tasks and topology, in the spelling of 8.5 (`/v1`) and of 8.6 and later (`/v2`).

    POST   /v1/user-tasks/{key}/completion   {"variables": {...}, "action": "..."}
    POST   /v1/user-tasks/{key}/assignment   {"assignee": "...", "allowOverride": true, "action": "..."}
    DELETE /v1/user-tasks/{key}/assignee
    PATCH  /v1/user-tasks/{key}              {"changeset": {...}, "action": "..."}
    GET    /v1/topology

Success is 204 without a body; texts and statuses of refusals were recorded from Zeebe 8.5.8.
"""

from datetime import datetime
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
from engine.gateway.rejections import HTTP_STATUS, sentence
from engine.processing.commands import (
    AssignUserTask,
    Command,
    CommandRejected,
    CompleteUserTask,
    UpdateUserTask,
)

_MEDIA_TYPE = "application/json"
_LARGEST_KEY = 2**63 - 1


class Completion(msgspec.Struct, frozen=True):
    variables: dict[str, Any] | None = None
    action: str | None = None


class Assignment(msgspec.Struct, frozen=True, rename="camel"):
    assignee: str | None = None
    allow_override: bool | None = None
    action: str | None = None


class Changeset(msgspec.Struct, frozen=True, rename="camel"):
    """Absent or null leaves an attribute as it is; an empty value clears it."""

    candidate_groups: list[str] | None = None
    candidate_users: list[str] | None = None
    due_date: str | None = None
    follow_up_date: str | None = None


class Update(msgspec.Struct, frozen=True):
    changeset: Changeset | None = None
    action: str | None = None


class UserTaskCalls:
    """The endpoints; each turns a request into one command."""

    def __init__(self, partition: Partition, *, largest_body: int) -> None:
        self._partition = partition
        self._largest_body = largest_body

    async def complete(self, request: Request) -> Response:
        given = await self._body(request, Completion, required=False)
        return await self._submit(CompleteUserTask(_key(request), given.variables or {}, action=given.action or "complete"))

    async def assign(self, request: Request) -> Response:
        given = await self._body(request, Assignment, required=True)
        if not given.assignee:
            raise Problem(HTTPStatus.BAD_REQUEST, "No assignee provided", title="INVALID_ARGUMENT")
        return await self._submit(
            AssignUserTask(
                _key(request),
                given.assignee,
                action=given.action or "assign",
                allow_override=given.allow_override is not False,
            )
        )

    async def unassign(self, request: Request) -> Response:
        return await self._submit(AssignUserTask(_key(request), "", action="unassign"))

    async def update(self, request: Request) -> Response:
        given = await self._body(request, Update, required=False)
        changes = _changes(given.changeset or Changeset())
        if not changes and not given.action:
            raise Problem(
                HTTPStatus.BAD_REQUEST,
                'No update data provided. Provide at least an "action" or a non-null value for a supported attribute '
                'in the "changeset".',
                title="INVALID_ARGUMENT",
            )
        return await self._submit(UpdateUserTask(_key(request), changes, action=given.action or "update"))

    async def _body[Body: msgspec.Struct](self, request: Request, kind: type[Body], *, required: bool) -> Body:
        content = await self._content(request)
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not content and not required:
            return kind()
        if media_type != _MEDIA_TYPE:
            raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Content-Type '{media_type}' is not supported.")
        try:
            return msgspec.json.decode(content, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise Problem(HTTPStatus.BAD_REQUEST, f"Failed to read HTTP message: {error}") from error

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


def _key(request: Request) -> int:
    text = request.path_params["user_task_key"]
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= _LARGEST_KEY):
        raise Problem(HTTPStatus.BAD_REQUEST, "Type mismatch.")
    return int(text)


def _changes(changeset: Changeset) -> dict[str, Any]:
    """What a changeset changes, by the names of the USER_TASK record; dates are checked here as Zeebe's gateway does."""
    refused = [
        f"The provided {name} '{date}' cannot be parsed as a date according to RFC 3339, section 5.6."
        for name, date in (("due date", changeset.due_date), ("follow-up date", changeset.follow_up_date))
        if date and not _is_date(date)
    ]
    if refused:
        raise Problem(HTTPStatus.BAD_REQUEST, " ".join(refused), title="INVALID_ARGUMENT")
    given = {
        "candidateGroups": changeset.candidate_groups,
        "candidateUsers": changeset.candidate_users,
        "dueDate": changeset.due_date,
        "followUpDate": changeset.follow_up_date,
    }
    return {name: value for name, value in given.items() if value is not None}


def _is_date(text: str) -> bool:
    """Whether a text is an RFC 3339 date and time with its offset."""
    if len(text) < 20 or text[10] not in "Tt":
        return False
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


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
    return Starlette(routes=routes, exception_handlers={Problem: on_problem, HTTPException: on_http_error})
