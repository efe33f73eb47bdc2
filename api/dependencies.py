"""What a route asks for: `services: Services`, `principal: SignedIn`."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from api.principal import Principal, principal_of, signed_in
from api.problems import Problem
from api.services import ApiServices
from services.identity import DEFAULT_TENANT

# By the first segment of a path: what its {key} is the key of.
NOUNS = {"instances": "process instance", "incidents": "incident", "user-tasks": "user task", "inbox": "user task"}


def services_of(request: Request) -> ApiServices:
    """The ports over the rows of whoever asks: the one place where a request meets its tenant."""
    found: ApiServices = request.app.state.services
    principal = principal_of(request)
    if principal is None:
        return found
    services = _of_tenant(found, principal.account.tenant_id)
    noun, key = _named(request)
    if noun:
        services.queries.require_mine(noun, key)
    return services


async def _services(request: Request) -> ApiServices:
    """As `services_of`, which only asks the database where a key stands in the address: else no thread is needed."""
    return await run_in_threadpool(services_of, request) if _named(request)[0] else services_of(request)


def _room(request: Request) -> str:
    return request.url.path.removeprefix("/api/v1").split("/")[1]


def _of_tenant(services: ApiServices, tenant_id: str) -> ApiServices:
    if services.of_tenant is not None:
        return services.of_tenant(tenant_id)
    if tenant_id != DEFAULT_TENANT:
        raise Problem(404, "this installation serves the default tenant alone")
    return services


def _named(request: Request) -> tuple[str, int]:
    """What the address names, and its key; another tenant's is not there: the engine would find it, so we do not ask."""
    key = str(request.path_params.get("key", ""))
    noun = NOUNS.get(_room(request), "")
    return (noun, int(key)) if noun and key.isdecimal() else ("", 0)


async def _principal(request: Request) -> Principal:
    return signed_in(request)


Services = Annotated[ApiServices, Depends(_services)]
SignedIn = Annotated[Principal, Depends(_principal)]
