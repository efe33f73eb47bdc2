"""Webhooks of connected CRMs: proved by the secret in their address and by what their system signs."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.dependencies import Services
from api.problems import Problem
from services.crm.connectors import NotConnected, WebhookRefused
from services.crm.sync import ConnectionUnknown

# Not among the calls of the REST interface: only a connected CRM calls it.
router = APIRouter(prefix="/crm-hooks", include_in_schema=False)


@router.post("/{connection_id}/{secret}", status_code=204)
async def take_hook(
    request: Request,
    services: Services,
    connection_id: Annotated[str, Path(max_length=64)],
    secret: Annotated[str, Path(max_length=100)],
) -> Response:
    """Says which records changed; they are read anew from the CRM itself. The same webhook twice is one."""
    body = await request.body()
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        await run_in_threadpool(services.connections.hook, connection_id, secret, headers, body)
    except ConnectionUnknown as error:
        raise Problem(404, "there is no connection with such an address for webhooks") from error
    except (WebhookRefused, NotConnected) as error:
        raise Problem(403, f"the webhook is refused: {error}") from error
    return Response(status_code=204)
