"""The bell: what somebody has been told, how much of it is unread."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from api.dependencies import Services, SignedIn
from api.notification_desk import NotificationDesk
from api.pages.addresses import with_query
from api.shell import language_of, redirect, render
from services.notifications import Notification
from services.notifications.inbox import MOST_COUNTED, PAGE
from services.notifications.profile import Profile
from services.notifications.wording import Told, subject_path

router = APIRouter(prefix="/notifications", include_in_schema=False)


@router.get("", name="notifications")
def notifications_page(
    request: Request,
    services: Services,
    principal: SignedIn,
    unread: Annotated[str, Query(max_length=10)] = "",
    before: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    desk, account_id = services.notifications, principal.account.account_id
    found = desk.inbox.page(account_id, unread_only=bool(unread), before=before)
    profile = desk.wishes.wishes(account_id).profile
    language = language_of(request).code
    shown = [(each, _told(desk, each, language, profile)) for each in found[:PAGE]]
    return render(
        request,
        "pages/notifications.html",
        shown=shown,
        unread_only=bool(unread),
        unread=desk.inbox.unread(account_id),
        next_before=shown[-1][0].notification_id if len(found) > PAGE else "",
        is_first=before is None,
        url=with_query(request),
    )


@router.get("/bell", name="bell")
def bell(request: Request, services: Services, principal: SignedIn) -> Response:
    """The number beside the bell; every page asks for it."""
    unread = services.notifications.inbox.unread(principal.account.account_id)
    return render(request, "pages/_bell.html", shown=f"{MOST_COUNTED - 1}+" if unread >= MOST_COUNTED else str(unread or ""))


@router.get("/{notification_id}/open", name="open_notification")
def open_notification(services: Services, principal: SignedIn, notification_id: str) -> Response:
    """Go to what it is about; whoever has followed it has read it."""
    told = services.notifications.inbox.read(principal.account.account_id, notification_id)
    return RedirectResponse(subject_path(told.subject_key), 303)


@router.post("/{notification_id}/read", name="read_notification")
async def read_notification(request: Request, services: Services, principal: SignedIn, notification_id: str) -> Response:
    await run_in_threadpool(services.notifications.inbox.read, principal.account.account_id, notification_id)
    return redirect(request, "/notifications")


@router.post("/read-all", name="read_all_notifications")
async def read_all(request: Request, services: Services, principal: SignedIn) -> Response:
    await run_in_threadpool(services.notifications.inbox.read_all, principal.account.account_id)
    return redirect(request, "/notifications")


def _told(desk: NotificationDesk, each: Notification, language: str, profile: Profile) -> Told:
    return desk.wording.told_or_named(each.event, each.subject_key, each.values, language, profile.zone)
