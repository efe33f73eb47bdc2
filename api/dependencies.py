"""What a route asks for: `services: Services`, `principal: SignedIn`."""

from typing import Annotated

from fastapi import Depends, Request

from api.principal import Principal, signed_in
from api.services import ApiServices


def services_of(request: Request) -> ApiServices:
    """The ports behind this installation."""
    found: ApiServices = request.app.state.services
    return found


def _principal(request: Request) -> Principal:
    return signed_in(request)


Services = Annotated[ApiServices, Depends(services_of)]
SignedIn = Annotated[Principal, Depends(_principal)]
