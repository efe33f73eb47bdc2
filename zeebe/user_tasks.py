"""Zeebe's user-task calls, which are REST only: `/v1` on 8.5, `/v2` where that is gone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

import httpx
import msgspec

from zeebe.certificates import trusted
from zeebe.errors import (
    AccessDenied,
    EngineFailed,
    FailedPrecondition,
    InvalidArgument,
    NotConnected,
    NotFound,
    RequestTooLarge,
    ResourceExhausted,
    Unavailable,
    ZeebeError,
)

_BY_STATUS: dict[int, type[ZeebeError]] = {
    HTTPStatus.BAD_REQUEST: InvalidArgument,
    HTTPStatus.UNAUTHORIZED: AccessDenied,
    HTTPStatus.FORBIDDEN: AccessDenied,
    HTTPStatus.NOT_FOUND: NotFound,
    HTTPStatus.CONFLICT: FailedPrecondition,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: RequestTooLarge,
    HTTPStatus.TOO_MANY_REQUESTS: ResourceExhausted,
    HTTPStatus.SERVICE_UNAVAILABLE: Unavailable,
}


class UserTaskCalls:
    """The REST half of a client."""

    def __init__(self, rest_url: str, *, timeout: float, headers: Mapping[str, str] | None = None) -> None:
        self._http = httpx.AsyncClient(
            base_url=rest_url.rstrip("/"), timeout=timeout, headers=headers, trust_env=False, verify=trusted()
        )
        self._version = "v1"

    async def close(self) -> None:
        await self._http.aclose()

    async def complete(self, user_task_key: int, variables: Mapping[str, Any] | None, action: str) -> None:
        await self._send("POST", f"{user_task_key}/completion", {"variables": variables or {}, "action": action})

    async def assign(self, user_task_key: int, assignee: str, *, allow_override: bool, action: str) -> None:
        body = {"assignee": assignee, "allowOverride": allow_override, "action": action}
        await self._send("POST", f"{user_task_key}/assignment", body)

    async def unassign(self, user_task_key: int) -> None:
        await self._send("DELETE", f"{user_task_key}/assignee", None)

    async def update(
        self,
        user_task_key: int,
        *,
        candidate_groups: Sequence[str] | None,
        candidate_users: Sequence[str] | None,
        due_date: datetime | str | None,
        follow_up_date: datetime | str | None,
        action: str,
    ) -> None:
        changeset = {
            "candidateGroups": candidate_groups,
            "candidateUsers": candidate_users,
            "dueDate": _date(due_date),
            "followUpDate": _date(follow_up_date),
        }
        given = {name: value for name, value in changeset.items() if value is not None}
        await self._send("PATCH", str(user_task_key), {"changeset": given, "action": action})

    async def _send(self, method: str, path: str, body: Mapping[str, Any] | None) -> None:
        response = await self._request(method, path, body)
        if _is_unknown_path(response):
            self._version = "v2" if self._version == "v1" else "v1"
            response = await self._request(method, path, body)
        if not response.is_success:
            raise _BY_STATUS.get(response.status_code, EngineFailed)(_reason(response))

    async def _request(self, method: str, path: str, body: Mapping[str, Any] | None) -> httpx.Response:
        headers = {} if body is None else {"content-type": "application/json"}
        content = None if body is None else msgspec.json.encode(body)
        try:
            return await self._http.request(method, f"/{self._version}/user-tasks/{path}", content=content, headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise NotConnected(f"{self._http.base_url}: {error}") from error
        except httpx.HTTPError as error:
            raise Unavailable(f"{self._http.base_url}: {type(error).__name__} {error}") from error


def _is_unknown_path(response: httpx.Response) -> bool:
    """Both an unknown user task and an unknown path are 404; only the first is the engine's answer."""
    return response.status_code == HTTPStatus.NOT_FOUND and _problem(response).get("title") != "NOT_FOUND"


def _problem(response: httpx.Response) -> dict[str, Any]:
    try:
        return msgspec.json.decode(response.content, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}


def _reason(response: httpx.Response) -> str:
    problem = _problem(response)
    return str(problem.get("detail") or problem.get("title") or f"HTTP {response.status_code}")


def _date(moment: datetime | str | None) -> str | None:
    return moment.isoformat() if isinstance(moment, datetime) else moment
