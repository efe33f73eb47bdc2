"""The page of connected CRMs: how each stands, and its buttons."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from api.cookies import Flash
from api.dependencies import Services, SignedIn
from api.services import ApiServices
from api.shell import language_of, redirect, render
from services.crm.connectors import CrmError
from services.crm.connectors.ports import Credentials
from services.crm.sync import Connection, ConnectionUnknown, InvalidConnection, Standing
from services.crm.sync.book import SYSTEMS

router = APIRouter(prefix="/connections", include_in_schema=False)
HERE = "/connections"
# Read every five minutes: twice that without a finished pass is late.
LATE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Row:
    """A connection as the page shows it."""

    connection: Connection
    state: str
    needs_agreement: bool

    @property
    def lag(self) -> timedelta | None:
        at = self.connection.synchronised_at
        return None if at is None else datetime.now(UTC) - at

    def percent(self, standing: Standing) -> int | None:
        """How far a whole pass is, where the other side's count is known."""
        if not (standing.is_under_way and standing.theirs):
            return None
        return min(99, standing.seen * 100 // standing.theirs)


@router.get("", name="connections")
def connections_page(request: Request, services: Services) -> Response:
    return _page(request, services)


@router.post("", name="add_connection")
async def add(
    request: Request,
    services: Services,
    name: Annotated[str, Form(max_length=100)] = "",
    system: Annotated[str, Form(max_length=20)] = "",
    base_url: Annotated[str, Form(max_length=500)] = "",
    key: Annotated[str, Form(max_length=2000)] = "",
    secret: Annotated[str, Form(max_length=2000)] = "",
    hook_secret: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """The answer shows the webhooks' address once."""
    room = services.connections
    try:
        _added, hook = await run_in_threadpool(room.add, name, system, base_url, _credentials(system, key, secret, hook_secret))
    except InvalidConnection:
        _ = language_of(request).gettext
        error = _("Write a name of small letters and digits that is free, and an address like https://example.bitrix24.com.")
        return await run_in_threadpool(_page, request, services, error=error, status_code=422)
    return await run_in_threadpool(_page, request, services, hook=hook, status_code=201)


@router.get("/agreed", name="connection_agreed")
async def agreed(
    request: Request,
    services: Services,
    principal: SignedIn,
    state: Annotated[str, Query(max_length=1000)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
) -> Response:
    """Where the CRM sends somebody who agreed."""
    _ = language_of(request).gettext
    try:
        await run_in_threadpool(services.connections.agreed, state, code, principal.account.account_id)
    except (ConnectionUnknown, CrmError):
        return redirect(request, HERE, Flash(_("The system gave no access. Try to connect it again."), "bad"))
    return redirect(request, HERE, Flash(_("It is connected; the first load has begun.")))


@router.get("/{name}/agree", name="agree_connection")
async def agree(request: Request, services: Services, principal: SignedIn, name: str) -> Response:
    room = services.connections
    connection = await run_in_threadpool(room.book.named, name)
    if not room.needs_agreement(connection):
        return redirect(request, HERE)
    return RedirectResponse(await run_in_threadpool(room.agreement_url, connection, principal.account.account_id), 303)


@router.post("/{name}/sync", name="sync_connection")
async def sync(
    request: Request,
    services: Services,
    name: str,
    everything: Annotated[bool, Form()] = False,  # noqa: FBT002  # a form's field
) -> Response:
    book = services.connections.book
    connection = await run_in_threadpool(book.named, name)
    if everything:
        await run_in_threadpool(book.read_all, name)
    await run_in_threadpool(services.connections.sync_now, connection)
    return redirect(request, HERE, Flash(language_of(request).gettext("It is read now.")))


@router.post("/{name}/pause", name="pause_connection")
async def pause(request: Request, services: Services, name: str) -> Response:
    await run_in_threadpool(services.connections.book.pause, name, is_paused=True)
    return redirect(request, HERE)


@router.post("/{name}/resume", name="resume_connection")
async def resume(request: Request, services: Services, name: str) -> Response:
    await run_in_threadpool(services.connections.book.pause, name, is_paused=False)
    return redirect(request, HERE)


@router.post("/{name}/remove", name="remove_connection")
async def remove(request: Request, services: Services, name: str) -> Response:
    await run_in_threadpool(services.connections.book.remove, name)
    return redirect(request, HERE, Flash(language_of(request).gettext("The connection is removed.")))


def _page(request: Request, services: ApiServices, *, error: str = "", hook: str = "", status_code: int = 200) -> Response:
    room = services.connections
    rows = [Row(each, _state(each), room.needs_agreement(each)) for each in room.book.all()]
    return render(
        request,
        "pages/connections.html",
        status_code=status_code,
        rows=rows,
        systems=SYSTEMS,
        redirect_uri=room.redirect_uri,
        error=error,
        hook=hook,
    )


def _state(each: Connection) -> str:
    if each.is_disconnected:
        return "disconnected"
    if each.is_paused:
        return "paused"
    if each.is_running or any(standing.is_under_way for standing in each.standings):
        return "failing" if each.last_error else "reading"
    if each.last_error:
        return "failing"
    if each.synchronised_at is None:
        return "new"
    if any(standing.incomplete_passes > 1 for standing in each.standings):
        return "incomplete"
    return "late" if datetime.now(UTC) - each.synchronised_at > LATE else "good"


def _credentials(system: str, key: str, secret: str, hook_secret: str) -> Credentials:
    if system == "tryton":
        return Credentials(username=key, password=secret)
    if system == "chatwoot":
        return Credentials(access_token=secret, webhook_secret=hook_secret)
    return Credentials(client_id=key, client_secret=secret, webhook_secret=hook_secret)
