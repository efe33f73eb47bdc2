"""The delivery log, for operators: what went out, what did not and why, and the installation's own webhooks."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, ConfigDict, field_validator
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.cookies import Flash
from api.dependencies import Services
from api.pages.addresses import with_query
from api.pages.notification_settings import event_names, way_names
from api.services import ApiServices
from api.shell import language_of, redirect, render
from services.notifications import INSTALLATION, ChannelName, DeliveryState, Event, InvalidAddress, LogFilter
from services.notifications.log import PAGE

router = APIRouter(prefix="/notifications/log", include_in_schema=False)
HERE = "/notifications/log"


class LogQuery(BaseModel):
    """The filter as it stands in the address; what means nothing restricts nothing."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    state: DeliveryState | None = None
    channel: ChannelName | None = None
    before: str | None = None

    @field_validator("state", mode="before")
    @classmethod
    def known_state(cls, value: object) -> object:
        return value if value in set(DeliveryState) else None

    @field_validator("channel", mode="before")
    @classmethod
    def known_channel(cls, value: object) -> object:
        return value if value in set(ChannelName) else None

    @field_validator("before")
    @classmethod
    def short(cls, value: str | None) -> str | None:
        return value[:64] if value else None


@router.get("", name="notification_log")
def log_page(request: Request, services: Services, query: Annotated[LogQuery, Query()]) -> Response:
    return _page(request, services, query)


@router.post("/{delivery_id}/requeue", name="requeue_delivery")
async def requeue(request: Request, services: Services, delivery_id: str) -> Response:
    await run_in_threadpool(services.notifications.log.requeue, delivery_id)
    return redirect(request, HERE, Flash(language_of(request).gettext("It is sent again.")))


@router.post("/requeue-all", name="requeue_all_deliveries")
async def requeue_all(request: Request, services: Services) -> Response:
    count = await run_in_threadpool(services.notifications.log.requeue_all)
    note = language_of(request).ngettext("%(count)s delivery is sent again.", "%(count)s deliveries are sent again.", count)
    return redirect(request, HERE, Flash(note % {"count": count}))


@router.post("/webhooks", name="add_installation_webhook")
async def add_webhook(
    request: Request,
    services: Services,
    url: Annotated[str, Form(max_length=2000)] = "",
    event: Annotated[list[Event] | None, Form()] = None,
) -> Response:
    """The answer shows the secret once."""
    wanted = [each.value for each in event or ()]
    try:
        secret = await run_in_threadpool(services.notifications.addresses.add_installation_webhook, url, wanted)
    except InvalidAddress:
        error = language_of(request).gettext("Write a receiver’s address, like https://example.com/hook, without a password.")
        return await run_in_threadpool(_page, request, services, LogQuery(), error=error, status_code=422)
    return await run_in_threadpool(_page, request, services, LogQuery(), secret=secret, status_code=201)


@router.post("/webhooks/{address_id}/remove", name="remove_installation_webhook")
async def remove_webhook(request: Request, services: Services, address_id: str) -> Response:
    await run_in_threadpool(services.notifications.addresses.remove, INSTALLATION, address_id)
    return redirect(request, HERE, Flash(language_of(request).gettext("The address is removed.")))


def _page(
    request: Request,
    services: ApiServices,
    query: LogQuery,
    *,
    error: str = "",
    secret: str = "",
    status_code: int = 200,
) -> Response:
    desk, language = services.notifications, language_of(request)
    found = desk.log.page(LogFilter(query.state, query.channel), before=query.before)
    entries = found[:PAGE]
    return render(
        request,
        "pages/notification_log.html",
        status_code=status_code,
        entries=entries,
        names=_names(services),
        counts=desk.log.counts(),
        query=query,
        states=list(DeliveryState),
        ways=way_names(language),
        events={event.value: name for event, (name, _text) in event_names(language).items()},
        webhooks=desk.addresses.of(INSTALLATION),
        next_before=entries[-1].delivery_id if len(found) > PAGE else "",
        url=with_query(request),
        error=error,
        secret=secret,
    )


def _names(services: ApiServices) -> Mapping[str, str]:
    """The usernames of accounts, by id."""
    return {account.account_id: account.username for account in services.identities.accounts()}
