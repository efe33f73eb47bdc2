"""Every request that changes something goes into the audit log, before its answer leaves.

The middleware knows who asked, which route answered and what was sent. For things that the business tables hold it looks before
and after and keeps what differs; for what only the engine changes (an instance, a job) it keeps what was asked for.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.measuring import template
from api.principal import principal_of
from services.audit import AuditLog, Deed, told
from services.identity import DEFAULT_TENANT

log = structlog.get_logger(__name__)

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# They change nothing that anybody would ask about.
UNTOLD = ("/language", "/notifications/read", "/static/", "/api/v1/decisions/")
MAX_BODY = 65_536
# Reads what a business table holds about a subject: kind -> (key -> its fields, None where there is nothing).
type Snapshots = Mapping[str, Callable[[str], Mapping[str, Any] | None]]


@dataclass
class _Request:
    """What is seen of one request as it passes."""

    body: bytearray = field(default_factory=bytearray)
    before: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Auditing:
    """Stands behind the gate: what was refused there changed nothing. `snapshots_of` are those over a tenant's rows."""

    app: ASGIApp
    log: AuditLog
    snapshots_of: Callable[[str], Snapshots]
    mask: Callable[[str], str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE or scope["path"].startswith(UNTOLD):
            await self.app(scope, receive, send)
            return
        seen = _Request(before=await self._snapshot(scope))

        async def listen() -> Message:
            message = await receive()
            if message["type"] == "http.request" and len(seen.body) < MAX_BODY:
                seen.body.extend(message.get("body", b""))
            return message

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                await self._tell(scope, seen, message["status"])
            await send(message)

        await self.app(scope, listen, answer)

    async def _tell(self, scope: Scope, seen: _Request, status: int) -> None:
        request = Request(scope)
        principal = principal_of(request)
        asked = _asked(request, bytes(seen.body))
        after: Mapping[str, Any] = {"asked": asked} if asked else {}
        before: Mapping[str, Any] = {}
        if seen.before is not None:
            now = await self._snapshot(scope)
            before, after = _difference(seen.before, now or {})
        deed = Deed(
            actor=principal.name if principal else "",
            action=f"{scope['method']} {template(scope)}",
            subject=_subject(scope),
            before=told(before, self.mask),
            after=told(after, self.mask),
            way=principal.proof.value if principal else "customer",
            outcome=status,
            tenant_id=principal.account.tenant_id if principal else DEFAULT_TENANT,
        )
        await run_in_threadpool(self.log.append, deed)

    async def _snapshot(self, scope: Scope) -> Mapping[str, Any] | None:
        kind, key = _place(scope["path"])
        principal = principal_of(Request(scope))
        read = self.snapshots_of(principal.account.tenant_id if principal else DEFAULT_TENANT).get(kind)
        return None if read is None or not key else await run_in_threadpool(read, key)


def _place(path: str) -> tuple[str, str]:
    """What an address is about: `/api/v1/accounts/7` and `/accounts/7/roles` are about account 7."""
    kind, _, rest = path.removeprefix("/api/v1").strip("/").partition("/")
    return kind, rest.partition("/")[0]


def _subject(scope: Scope) -> str:
    return ", ".join(f"{name}={value}" for name, value in scope.get("path_params", {}).items())


def _difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    changed = sorted({name for name in before.keys() | after.keys() if before.get(name) != after.get(name)})
    return {name: before[name] for name in changed if name in before}, {name: after[name] for name in changed if name in after}


def _asked(request: Request, body: bytes) -> Any:  # noqa: ANN401  # any JSON
    """What was sent, as far as it can be read; files are left where they went."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not body:
        return {}
    if kind == "application/x-www-form-urlencoded" and len(body) < MAX_BODY:
        fields: dict[str, Any] = {}
        for name, value in parse_qsl(body.decode("utf-8", "replace"), max_num_fields=1_000, keep_blank_values=True):
            fields.setdefault(name, []).append(value)
        return {name: values[0] if len(values) == 1 else values for name, values in fields.items() if name != "csrf_token"}
    if kind == "application/json" and len(body) < MAX_BODY:
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            return {"unreadable": len(body)}
    return {"content_type": kind[:100], "bytes": f"{len(body)}{'+' if len(body) >= MAX_BODY else ''}"}
