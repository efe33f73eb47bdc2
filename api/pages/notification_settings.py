"""What somebody wants to hear of, where and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from api.cookies import Flash
from api.dependencies import Services, SignedIn
from api.i18n import Language
from api.pages.fields import Optional
from api.principal import Principal
from api.services import ApiServices
from api.shell import language_of, redirect, render
from services.notifications import (
    CHOSEN_EVENTS,
    ChannelName,
    DigestPace,
    Event,
    InvalidAddress,
    InvalidProfile,
    Mode,
    Profile,
    WrongCode,
    default_mode,
)
from services.notifications.own_addresses import TelegramLink

router = APIRouter(prefix="/notifications/settings", include_in_schema=False)
HERE = "/notifications/settings"

Line = Annotated[str, Form(max_length=2000)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the page says once, after a form: a secret that is not shown again, a link, a reason why not."""

    error: str = ""
    secret: str = ""
    telegram: TelegramLink | None = None


@router.get("", name="notification_settings")
def settings_page(request: Request, services: Services, principal: SignedIn) -> Response:
    return _page(request, services, principal, Outcome())


@router.post("/preferences", name="choose_notifications")
async def choose(request: Request, services: Services, principal: SignedIn) -> Response:
    """The whole matrix: `task_assigned.email=digest`; a box that is not ticked is not sent."""
    async with request.form() as form:
        choices = {
            (event, channel): _mode(form.get(f"{event.value}.{channel.value}"), event, channel, services)
            for event in CHOSEN_EVENTS
            for channel in ChannelName
        }
    await run_in_threadpool(services.notifications.wishes.choose, principal.account.account_id, choices)
    return _done(request)


@router.post("/times", name="notification_times")
async def set_times(
    request: Request,
    services: Services,
    principal: SignedIn,
    zone: Annotated[str, Form(max_length=64)] = "UTC",
    quiet_from: Annotated[Optional[time], Form()] = None,
    quiet_to: Annotated[Optional[time], Form()] = None,
    digest: Annotated[DigestPace, Form()] = DigestPace.DAILY,
    digest_at: Annotated[time, Form()] = time(8),
) -> Response:
    try:
        wished = Profile(zone, quiet_from, quiet_to, digest, digest_at)
    except InvalidProfile:
        error = language_of(request).gettext("Choose a time zone of the list, and both ends of the quiet hours or none.")
        return await _refused(request, services, principal, error)
    await run_in_threadpool(services.notifications.wishes.set_profile, principal.account.account_id, wished)
    return _done(request)


@router.post("/email", name="add_email")
async def add_email(request: Request, services: Services, principal: SignedIn, email: Line = "") -> Response:
    _ = language_of(request).gettext
    try:
        await run_in_threadpool(services.notifications.addresses.add_email, principal.account.account_id, email)
    except InvalidAddress:
        return await _refused(request, services, principal, _("Write one e-mail address; at most ten addresses are kept."))
    return redirect(request, HERE, Flash(_("A code is on its way to this address.")))


@router.post("/addresses/{address_id}/confirm", name="confirm_address")
async def confirm(request: Request, services: Services, principal: SignedIn, address_id: str, code: Line = "") -> Response:
    _ = language_of(request).gettext
    try:
        await run_in_threadpool(services.notifications.addresses.confirm, principal.account.account_id, address_id, code)
    except WrongCode:
        return await _refused(request, services, principal, _("The code is wrong or has run out. Ask for a new one."))
    return redirect(request, HERE, Flash(_("The address is confirmed.")))


@router.post("/webhook", name="add_webhook")
async def add_webhook(request: Request, services: Services, principal: SignedIn, url: Line = "") -> Response:
    try:
        secret = await run_in_threadpool(services.notifications.addresses.add_webhook, principal.account.account_id, url)
    except InvalidAddress:
        error = language_of(request).gettext("Write a receiver’s address, like https://example.com/hook, without a password.")
        return await _refused(request, services, principal, error)
    return await run_in_threadpool(_page, request, services, principal, Outcome(secret=secret), 201)


@router.post("/telegram", name="link_telegram")
async def link_telegram(request: Request, services: Services, principal: SignedIn) -> Response:
    link = await run_in_threadpool(services.notifications.addresses.link_telegram, principal.account.account_id)
    return await run_in_threadpool(_page, request, services, principal, Outcome(telegram=link), 201)


class Subscription(BaseModel, frozen=True):
    """A browser's push subscription."""

    endpoint: str = Field(max_length=2000)
    p256dh: str = Field(max_length=200)
    auth: str = Field(max_length=100)
    label: str = Field(default="", max_length=200)


@router.post("/push", name="add_browser")
def add_browser(services: Services, principal: SignedIn, subscription: Subscription) -> Response:
    services.notifications.addresses.add_browser(
        principal.account.account_id, subscription.endpoint, subscription.p256dh, subscription.auth, subscription.label
    )
    return JSONResponse({}, 201)


@router.post("/addresses/{address_id}/test", name="try_address")
async def try_address(request: Request, services: Services, principal: SignedIn, address_id: str) -> Response:
    await run_in_threadpool(services.notifications.addresses.try_out, principal.account.account_id, address_id)
    return redirect(request, HERE, Flash(language_of(request).gettext("A test is on its way.")))


@router.post("/addresses/{address_id}/remove", name="remove_address")
async def remove_address(request: Request, services: Services, principal: SignedIn, address_id: str) -> Response:
    await run_in_threadpool(services.notifications.addresses.remove, principal.account.account_id, address_id)
    return redirect(request, HERE, Flash(language_of(request).gettext("The address is removed.")))


def _mode(sent: object, event: Event, channel: ChannelName, services: ApiServices) -> Mode:
    """What a field of the matrix says; a channel that is not set up has no field, so nothing changes."""
    if channel not in services.notifications.ways:
        return default_mode(event, channel)
    if channel is ChannelName.EMAIL:
        return Mode(str(sent)) if sent in set(Mode) else default_mode(event, channel)
    return Mode.NOW if sent else Mode.OFF


def _done(request: Request) -> Response:
    return redirect(request, HERE, Flash(language_of(request).gettext("Saved.")))


async def _refused(request: Request, services: ApiServices, principal: Principal, error: str) -> Response:
    return await run_in_threadpool(_page, request, services, principal, Outcome(error=error), 422)


def _page(request: Request, services: ApiServices, principal: Principal, outcome: Outcome, status_code: int = 200) -> Response:
    desk, account = services.notifications, principal.account
    wishes = desk.wishes.wishes(account.account_id)
    language = language_of(request)
    ways = [channel for channel in ChannelName if channel in desk.ways]
    return render(
        request,
        "pages/notification_settings.html",
        status_code=status_code,
        outcome=outcome,
        addresses=desk.addresses.of(account.account_id),
        directory_email=account.username if "@" in account.username else "",
        ways=ways,
        missing_ways=", ".join(name for channel, name in way_names(language).items() if channel not in ways),
        way_names=way_names(language),
        events=event_names(language),
        modes={(event, channel): wishes.mode(event, channel) for event in CHOSEN_EVENTS for channel in ways},
        profile=wishes.profile,
        zones=_zones(),
        push_key=desk.push_key,
    )


@cache
def _zones() -> tuple[str, ...]:
    return tuple(sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC"))


def way_names(language: Language) -> Mapping[ChannelName, str]:
    _ = language.gettext
    return {
        ChannelName.EMAIL: _("E-mail"),
        ChannelName.TELEGRAM: "Telegram",
        ChannelName.PUSH: _("Browser"),
        ChannelName.WEBHOOK: _("Webhook"),
    }


def event_names(language: Language) -> Mapping[Event, tuple[str, str]]:
    """Name and explanation of each event that can be chosen."""
    _ = language.gettext
    return {
        Event.TASK_ASSIGNED: (_("A task is assigned to you"), _("By the process or by somebody else.")),
        Event.SLA_REMINDER: (_("Time is running out"), _("50 and 75 % of the promised time are over.")),
        Event.SLA_BREACHED: (_("A promise is broken"), _("Urgent: passes quiet hours.")),
        Event.ESCALATED: (_("Something is escalated to you"), _("Urgent: passes quiet hours.")),
        Event.TICKET_REPLY_NEEDED: (_("A customer has answered"), _("The ticket waits for your reply.")),
        Event.CHANGE_SET_WAITING: (_("Changes wait for approval"), _("Somebody, or a model, proposed them.")),
        Event.REPORT_READY: (_("A report is ready"), _("One that you asked for.")),
        Event.MONTH_LOCKED: (_("A month is locked"), _("Its entries can no longer be changed.")),
        Event.UNLOCK_ASKED: (_("A locked month is to be unlocked"), _("Somebody asked, and a second person must agree.")),
        Event.INCIDENT_RAISED: (_("An incident is raised"), _("A process instance is stuck; for operators.")),
        Event.BACKGROUND_FAILED: (_("A background task failed"), _("Urgent: passes quiet hours.")),
    }
