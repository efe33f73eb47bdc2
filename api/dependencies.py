"""What a route asks for: `services: Services`, `principal: SignedIn`."""

from typing import Annotated

from fastapi import Depends, Request

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
    _require_mine(request, services)
    return services


def _of_tenant(services: ApiServices, tenant_id: str) -> ApiServices:
    if services.of_tenant is not None:
        return services.of_tenant(tenant_id)
    if tenant_id != DEFAULT_TENANT:
        raise Problem(403, "this installation has one tenant, and the account belongs to another")
    return services


def _require_mine(request: Request, services: ApiServices) -> None:
    """Another tenant's instance, incident or task is not there: the engine would find it, so we do not ask."""
    key = str(request.path_params.get("key", ""))
    noun = NOUNS.get(request.url.path.removeprefix("/api/v1").split("/")[1])
    if noun is not None and key.isdecimal():
        services.queries.require_mine(noun, int(key))


def _principal(request: Request) -> Principal:
    return signed_in(request)


Services = Annotated[ApiServices, Depends(services_of)]
SignedIn = Annotated[Principal, Depends(_principal)]
