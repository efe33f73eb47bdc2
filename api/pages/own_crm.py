"""The built-in CRM: customers and deals. What a person edits here becomes a change set, to be seen and taken back."""

import json
import uuid
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.cookies import Flash
from api.dependencies import Services, SignedIn
from api.i18n import Language
from api.pages.change_fields import crm_fields
from api.problems import Problem
from api.services import ApiServices
from api.shell import language_of, redirect, render
from services.changes import Author, AuthorKind, NewChangeSet, NewItem
from services.crm.connectors import CrmRecordUnknown, CrmRefused, Kind, Record
from services.crm.connectors.built_in import FIELDS
from services.crm.own_edits import checked

router = APIRouter(prefix="/crm", include_in_schema=False)

SYSTEM = "crm"
KINDS = (Kind.CUSTOMER, Kind.DEAL)
MAX_NOTE = 10_000
Text = Annotated[str, Form(max_length=20_000)]


@router.get("", name="own_crm")
def list_page(
    request: Request,
    services: Services,
    kind: Annotated[Kind, Query()] = Kind.CUSTOMER,
    text: Annotated[str, Query(max_length=200)] = "",
    cursor: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    return _list(request, services, kind, text=text, cursor=cursor)


@router.post("/new/{kind}", name="new_own_record")
async def new_record(request: Request, services: Services, principal: SignedIn, kind: Kind) -> Response:
    """A customer or deal that a person takes in; its fields are this person's from then on."""
    _require_kept(kind)
    typed = await _typed(request, kind)
    try:
        name = await run_in_threadpool(services.own_crm.create, kind, typed, principal.name)
    except CrmRefused as error:
        shown = partial(
            _list, request, services, kind, error=language_of(request).refused(str(error)), typed=typed, status_code=422
        )
        return await run_in_threadpool(shown)
    return redirect(request, _address(request, name), Flash(language_of(request).gettext("It is kept.")))


@router.get("/{name}", name="own_record")
def record_page(request: Request, services: Services, name: str) -> Response:
    return _record(request, services, name)


@router.post("/{name}", name="edit_own_record")
async def edit_record(request: Request, services: Services, principal: SignedIn, name: str, seen: Text) -> Response:
    """What differs from what the page showed becomes a change; `seen` is what it showed."""
    _ = language_of(request).gettext
    record = await run_in_threadpool(_found, services, name)
    typed = await _typed(request, record.kind)
    try:
        items = _wanted(name, record, typed, json.loads(seen))
    except (CrmRefused, ValueError, RecursionError) as error:
        shown = partial(
            _record, request, services, name, error=language_of(request).refused(str(error)), typed=typed, status_code=422
        )
        return await run_in_threadpool(shown)
    if not items:
        return redirect(request, _address(request, name), Flash(_("Nothing was changed."), "warn"))
    title = _("Edit: %(name)s") % {"name": _label(record)}
    new = NewChangeSet(title[:200], Author(AuthorKind.PERSON, principal.name), items)
    proposed = await services.changes.propose(new)
    note = Flash(_("Proposed. It is there in a moment."))
    return redirect(request, request.url_for("change", set_id=proposed.set_id).path, note)


@router.post("/{name}/notes", name="note_on_own_record")
async def note(
    request: Request, services: Services, principal: SignedIn, name: str, text: Text, request_id: Text = ""
) -> Response:
    """Leave a note; sent twice, it is one."""
    _ = language_of(request).gettext
    record = await run_in_threadpool(_found, services, name)
    words = text.strip()
    if not words or len(words) > MAX_NOTE or "\0" in words:
        return redirect(request, _address(request, name), Flash(_("Write a note first."), "warn"))
    signed, once = f"{principal.name}: {words}", f"{principal.name}:{(request_id or uuid.uuid4().hex)[:64]}"
    await run_in_threadpool(lambda: services.own_crm.note(record, signed, request_id=once))
    return redirect(request, _address(request, name), Flash(_("The note is kept.")))


def _wanted(name: str, record: Record, typed: dict[str, str], seen: object) -> tuple[NewItem, ...]:
    """The fields that a person changed, with the values they saw. Raises `CrmRefused`."""
    if not isinstance(seen, dict):
        raise CrmRefused("the page is out of date: reload it")
    items = []
    for field, text in typed.items():
        before = seen.get(field)
        if text.strip() == (before or ""):
            continue
        after = checked(record.kind, field, text)
        if after != before:
            amount = _difference(before, after) if field == "amount" else None
            label = _label(record)
            items.append(NewItem(SYSTEM, name, field, after, before, is_before_known=True, record_label=label, amount=amount))
    return tuple(items)


def _difference(before: str | None, after: str | None) -> Decimal | None:
    """By how much an amount changes: the policy asks two people for a large one."""
    try:
        found = Decimal(after or "0") - Decimal(before or "0")
    except InvalidOperation:
        return Decimal(after) if after else None
    return found if found.is_finite() else None


async def _typed(request: Request, kind: Kind) -> dict[str, str]:
    """The record's fields that the form sent."""
    form = await request.form()
    return {name: str(form[name])[:20_000] for name in FIELDS[kind] if name in form}


def _list(
    request: Request,
    services: ApiServices,
    kind: Kind,
    *,
    text: str = "",
    cursor: str = "",
    **context: Any,  # noqa: ANN401  # a template's values
) -> Response:
    _require_kept(kind)
    labels, kinds = _labels(language_of(request))
    return render(
        request,
        "pages/own_crm.html",
        page=services.own_crm.page(kind, text=text, cursor=cursor),
        kind=kind.value,
        kinds=kinds,
        fields=FIELDS[kind],
        labels=labels,
        text=text,
        **{"error": "", "typed": {}, **context},
    )


def _record(
    request: Request,
    services: ApiServices,
    name: str,
    **context: Any,  # noqa: ANN401  # a template's values
) -> Response:
    record = _found(services, name)
    labels, kinds = _labels(language_of(request))
    return render(
        request,
        "pages/own_record.html",
        name=name,
        record=record,
        label=_label(record),
        kind_name=kinds[record.kind.value][0],
        labels=labels,
        origins=services.own_crm.origins(name),
        notes=services.own_crm.notes(record),
        seen=json.dumps(dict(record.values)),
        request_id=uuid.uuid4().hex,
        **{"error": "", "typed": {}, **context},
    )


def _found(services: ApiServices, name: str) -> Record:
    try:
        return services.own_crm.record(name)
    except CrmRecordUnknown as error:
        raise Problem(404, str(error)) from error


def _require_kept(kind: Kind) -> None:
    if kind not in KINDS:
        raise Problem(404, "the built-in CRM keeps customers and deals; tickets have a page of their own")


def _label(record: Record) -> str:
    return (record.values.get("name") or record.values.get("title") or f"{record.kind.value}:{record.record_id}")[:150]


def _labels(language: Language) -> tuple[Mapping[str, str], Mapping[str, tuple[str, str]]]:
    """What fields are called; and kinds, one and many."""
    _ = language.gettext
    return crm_fields(language), {"customer": (_("Customer"), _("Customers")), "deal": (_("Deal"), _("Deals"))}


def _address(request: Request, name: str) -> str:
    return request.url_for("own_record", name=name).path
