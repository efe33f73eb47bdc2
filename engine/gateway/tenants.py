"""Whose requests a gateway serves: every client that reaches it may speak for each of its tenants.

Where tenants are named it is a Zeebe with multi-tenancy: a request has to say whose it is. Where none are, it is one without,
until somebody of another tenant turns up (an account is made, say): asked for one it does not know, the gateway asks whoever
may know, and serves it from then on; who names no tenant goes on being served as the default one.

Texts and statuses were recorded from Zeebe 8.5.8.
"""

import asyncio
import re
from collections.abc import Callable, Collection, Iterable, Sequence

import structlog

from engine.gateway.rejections import NotAuthorized, RequestInvalid
from engine.processing.commands import DEFAULT_TENANT

log = structlog.get_logger(__name__)

LONGEST_ID = 31
_ID = re.compile(r"[A-Za-z0-9_.-]+")


class TenantUnknown(RequestInvalid):
    """Nobody knows the tenant yet; somebody may when asked again."""


class Tenants:
    """The tenants a gateway knows."""

    def __init__(self, named: Sequence[str] = (), others: Callable[[], Collection[str]] | None = None) -> None:
        """`others` are asked for where none are named, on a thread."""
        self._is_strict = bool(named)
        self._others = None if named else others
        self._asking = asyncio.Lock()
        self._known = {DEFAULT_TENANT, *named}

    def of(self, rpc: str, tenant_id: str) -> str:
        """The tenant of a request.

        Raises:
            RequestInvalid: it names none, or one that is not served.
        """
        if tenant_id == DEFAULT_TENANT or (not self._is_strict and not tenant_id.strip()):
            return DEFAULT_TENANT
        if tenant_id not in self._known:
            raise self._refusal(f"gRPC request {rpc} with tenant identifier '{tenant_id}'", tenant_id)
        return tenant_id

    def of_jobs(self, rpc: str, tenant_ids: Iterable[str]) -> tuple[str, ...]:
        """The tenants whose jobs are asked for; none named: everybody's, where that may be.

        Raises:
            RequestInvalid: one of them is not served, or none is named where one has to be.
        """
        asked = tuple(dict.fromkeys(tenant_ids))
        if not asked and self._is_strict:
            raise RequestInvalid(
                f"Expected to handle gRPC request {rpc} with tenant identifiers '[]', but no tenant identifiers were provided."
            )
        return tuple(self.of(rpc, tenant_id) for tenant_id in asked)

    def _refusal(self, request: str, tenant_id: str) -> RequestInvalid:
        if not self._is_strict:
            return TenantUnknown(f"Expected to handle {request}, but multi-tenancy is disabled")
        if not tenant_id.strip():
            reason = "no tenant identifier was provided."
        elif len(tenant_id) > LONGEST_ID:
            reason = f"tenant identifier is longer than {LONGEST_ID} characters"
        elif not _ID.fullmatch(tenant_id):
            reason = "tenant identifier contains illegal characters"
        else:
            return NotAuthorized(f"Expected to handle {request}, but tenant is not authorized to perform this request")
        return RequestInvalid(f"Expected to handle {request}, but {reason}")

    async def learn(self) -> None:
        """Ask who else there is now."""
        if self._others is None:
            return
        async with self._asking:
            found = await asyncio.to_thread(self._others)
        new = sorted(set(found).difference(self._known))
        if new:
            log.info("tenants_found", tenant_ids=new)
            self._known.update(new)
