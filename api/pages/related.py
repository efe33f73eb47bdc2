"""Beside a ticket: others that speak of the same thing, and merging them into one."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api.cookies import Flash
from api.dependencies import Services, SignedIn
from api.i18n import Language
from api.shell import language_of, redirect, render
from services.crm import TicketUnknown
from services.related import MergeNotFound, MergeRefused

router = APIRouter(prefix="/tickets/{ticket_id}", include_in_schema=False)


@router.get("/related", name="related_tickets")
def related_tickets(request: Request, services: Services, ticket_id: str) -> Response:
    """A part of the ticket's page."""
    ticket, room = services.intake.ticket(ticket_id), services.related
    merges = room.merges.of(ticket.ticket_id)
    merged = {each.ticket_id for each in merges if each.is_in_force} | {each.into_id for each in merges if each.is_in_force}
    return render(
        request,
        "pages/_ticket_related_found.html",
        ticket=ticket,
        found=[each for each in room.related.of(ticket.ticket_id) if each.ticket.ticket_id not in merged],
        merges=merges,
        is_part_of=next((each.into_id for each in merges if each.is_in_force and each.ticket_id == ticket.ticket_id), ""),
    )


@router.post("/merge", name="merge_ticket")
def merge(
    request: Request,
    services: Services,
    user: SignedIn,
    ticket_id: str,
    into: Annotated[str, Form(max_length=64)],
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Make this ticket a part of another one."""
    language = language_of(request)
    into = into.strip().upper()
    try:
        services.related.merge(services.intake.ticket(ticket_id).ticket_id, into, user.name, reason)
    except TicketUnknown:
        note = language.gettext("There is no ticket %(ticket)s.") % {"ticket": into[:20]}
        return redirect(request, f"/tickets/{ticket_id}", Flash(note, "bad"))
    except MergeRefused as error:
        return redirect(request, f"/tickets/{ticket_id}", Flash(_why(language, error.code), "bad"))
    note = language.gettext("%(ticket)s is part of this ticket now.") % {"ticket": ticket_id}
    return redirect(request, f"/tickets/{into}", Flash(note))


@router.post("/merges/{number:int}/undo", name="undo_merge")
def undo(request: Request, services: Services, user: SignedIn, ticket_id: str, number: int) -> Response:
    """Part two tickets again."""
    _ = language_of(request).gettext
    try:
        undone = services.related.undo_of(ticket_id, number, user.name)
    except MergeNotFound:
        undone = None
    if undone is None:
        return redirect(request, f"/tickets/{ticket_id}", Flash(_("These tickets are parted already."), "warn"))
    note = _("%(ticket)s stands for itself again.") % {"ticket": undone.ticket_id}
    return redirect(request, f"/tickets/{undone.ticket_id}", Flash(note))


def _why(language: Language, code: str) -> str:
    _ = language.gettext
    return {
        "itself": _("A ticket cannot be merged into itself."),
        "merged": _("This ticket is part of another one already: part them first."),
        "into-merged": _("That ticket is part of another one itself: choose that one."),
        "has-merged": _("Other tickets are part of this one: part them first."),
    }[code]
