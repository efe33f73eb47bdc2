"""What a route asks for: `services: Services`, `principal: SignedIn`."""

from typing import Annotated

from fastapi import Depends, Request

from api.principal import Principal, principal_of, signed_in
from api.problems import Problem
from api.services import ApiServices
from services.identity import DEFAULT_TENANT

# By the first segment of a path: what knows tenants. Finance, connections and classifier serve the default one alone.
TENANT_ROOMS = frozenset(
    {
        *("", "account", "accounts", "sign-out", "language", "events", "me", "openapi.json", "api-docs", "summary"),
        *("inbox", "user-tasks", "tickets", "changes", "directories", "crm", "sla", "knowledge", "assistant", "notifications"),
        *("instances", "incidents", "processes", "decisions", "forms", "heat-map", "editor", "drafts", "models", "deployments"),
        *("messages", "reports", "samples", "audit", "audit.csv", "privacy"),
    }
)
# By the first segment of a path: what its {key} is the key of.
NOUNS = {"instances": "process instance", "incidents": "incident", "user-tasks": "user task", "inbox": "user task"}


def services_of(request: Request) -> ApiServices:
    """The ports over the rows of whoever asks: the one place where a request meets its tenant."""
    found: ApiServices = request.app.state.services
    principal = principal_of(request)
    if principal is None:
        return found
    services = _of_tenant(found, principal.account.tenant_id, _room(request))
    _require_mine(request, services)
    return services


def _room(request: Request) -> str:
    return request.url.path.removeprefix("/api/v1").split("/")[1]


def _of_tenant(services: ApiServices, tenant_id: str, room: str) -> ApiServices:
    if services.of_tenant is not None and (tenant_id == DEFAULT_TENANT or room in TENANT_ROOMS):
        return services.of_tenant(tenant_id)
    if tenant_id != DEFAULT_TENANT:
        raise Problem(404, "this is there for accounts of the default tenant only")
    return services


def _require_mine(request: Request, services: ApiServices) -> None:
    """Another tenant's instance, incident or task is not there: the engine would find it, so we do not ask."""
    key = str(request.path_params.get("key", ""))
    noun = NOUNS.get(_room(request))
    if noun is not None and key.isdecimal():
        services.queries.require_mine(noun, int(key))


def _principal(request: Request) -> Principal:
    return signed_in(request)


Services = Annotated[ApiServices, Depends(services_of)]
SignedIn = Annotated[Principal, Depends(_principal)]
