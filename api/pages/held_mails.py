"""Mails that were held back: read one, take it in, or drop it."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.cookies import Flash
from api.dependencies import Services
from api.i18n import Language
from api.problems import Problem
from api.services import ApiServices
from api.shell import language_of, redirect, render
from services.mail.held import HeldMail, HeldMails, HeldMailUnknown
from services.mail.incoming import InvalidMail
from services.mail.received_log import ReceivedMail, Verdict

# Before the routes of `/tickets/{ticket_id}`.
router = APIRouter(prefix="/tickets/held", include_in_schema=False)
HERE = "/tickets/held"


@router.get("", name="held_mails")
def held_mails(request: Request, services: Services) -> Response:
    held, language = _held(services), language_of(request)
    mails = held.newest()
    reasons = {mail.name: _reason(mail, language) for mail in mails}
    return render(request, "pages/held_mails.html", mails=mails, reasons=reasons, total=held.count())


def _reason(mail: HeldMail, language: Language) -> str:
    """In the reader's language; `mail.reason` is what the parser said of a mail that it cannot read."""
    many = language.gettext("%(count)s mails of this sender within an hour")
    return many % {"count": mail.lately} if mail.lately else language.refused(mail.reason)


def _why_not_kept(taken: ReceivedMail, _: Callable[[str], str]) -> str:
    """A mail that came back brings the words of the server that returned it."""
    match taken.verdict:
        case Verdict.LOOP:
            return _("one of our own came back")
        case Verdict.AUTO_REPLY:
            return _("an automatic reply")
        case _:
            return taken.detail


@router.get("/{name}.eml", name="held_mail")
def held_mail(services: Services, name: str) -> Response:
    """The mail as it came, to be saved: a browser must not show what a stranger wrote."""
    try:
        content = _held(services).content(name)
    except HeldMailUnknown as error:
        raise Problem(404, str(error)) from error
    headers = {"Content-Disposition": f'attachment; filename="{name[:12]}.eml"', "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.post("/{name}/take-in", name="take_in_held_mail")
async def take_in(request: Request, services: Services, name: str) -> Response:
    language = language_of(request)
    _ = language.gettext
    try:
        taken = await run_in_threadpool(_held(services).take_in, name)
    except HeldMailUnknown as error:
        raise Problem(404, str(error)) from error
    except InvalidMail as error:
        return redirect(
            request, HERE, Flash(_("It cannot be read: %(reason)s") % {"reason": language.refused(str(error))}, "bad")
        )
    if not taken.ticket_id:
        return redirect(
            request,
            HERE,
            Flash(_("It was no person's mail and is not kept: %(reason)s") % {"reason": _why_not_kept(taken, _)}),
        )
    return redirect(request, f"/tickets/{taken.ticket_id}", Flash(_("The mail is taken in.")))


@router.post("/{name}/drop", name="drop_held_mail")
async def drop(request: Request, services: Services, name: str) -> Response:
    try:
        await run_in_threadpool(_held(services).drop, name)
    except HeldMailUnknown as error:
        raise Problem(404, str(error)) from error
    return redirect(request, HERE, Flash(language_of(request).gettext("The mail is dropped.")))


def _held(services: ApiServices) -> HeldMails:
    if services.tickets.held is None:
        raise Problem(404, "mails come in for the first tenant alone")
    return services.tickets.held
