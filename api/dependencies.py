"""What a route asks for: `services: Services`, `principal: SignedIn`."""

from typing import Annotated

from fastapi import Depends, Request

from api.principal import Principal, principal_of, signed_in
from api.problems import Problem
from api.services import ApiServices
from services.identity import DEFAULT_TENANT


def services_of(request: Request) -> ApiServices:
    """The ports over the rows of whoever asks: the one place where a request meets its tenant."""
    found: ApiServices = request.app.state.services
    principal = principal_of(request)
    if principal is None:
        return found
    tenant_id = principal.account.tenant_id
    if found.of_tenant is not None:
        return found.of_tenant(tenant_id)
    if tenant_id != DEFAULT_TENANT:
        raise Problem(403, "this installation has one tenant, and the account belongs to another")
    return found


def _principal(request: Request) -> Principal:
    return signed_in(request)


Services = Annotated[ApiServices, Depends(services_of)]
SignedIn = Annotated[Principal, Depends(_principal)]
