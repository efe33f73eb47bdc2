"""Directories: tracks, clients and projects. Whatever is changed here becomes a change set, to be seen and taken back."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.cookies import Flash
from api.dependencies import Services, SignedIn
from api.directory_changes import (
    DIRECTORIES,
    FileRefused,
    as_shown,
    import_items,
    rows_from_form,
    rows_to_form,
    uploaded_rows,
    wanted_entry,
    wanted_fields,
)
from api.pages.change_fields import directory_fields, entry_kinds
from api.principal import Principal
from api.services import ApiServices
from api.shell import language_of, redirect, render
from services.changes import Author, AuthorKind, ChangeSet, NewChangeSet, NewItem
from services.directories import (
    Entry,
    EntryKind,
    ImportPlan,
    InvalidEntry,
    RowState,
    alike,
    plan_import,
    tree,
)

router = APIRouter(prefix="/directories", include_in_schema=False)

ANSWER = "answer "
MAX_FORM_PART = 8 * 1024 * 1024
Text = Annotated[str, Form(max_length=20_000)]


@router.get("", name="directories")
def directories_page(request: Request, services: Services, text: Annotated[str, Query(max_length=200)] = "") -> Response:
    entries = services.directories.entries(with_merged=True)
    return render(
        request,
        "pages/directories.html",
        branches=tree(entries),
        found=_search(text, entries) if text.strip() else None,
        text=text,
        total=sum(1 for entry in entries if entry.merged_into is None),
        by_id={entry.entry_id: entry for entry in entries},
        kinds=entry_kinds(language_of(request)),
        error="",
    )


@router.get("/import", name="import_directories")
def import_page(request: Request) -> Response:
    return _import(request)


@router.post("/import", name="preview_import")
async def preview_import(request: Request, services: Services, principal: SignedIn) -> Response:
    """A file or the rows of one, with the answers given so far: the plan again, or, confirmed, a change set."""
    try:
        async with request.form(max_part_size=MAX_FORM_PART) as sent:
            rows = await uploaded_rows(sent.get("file")) if "file" in sent else rows_from_form(str(sent.get("rows", "")))
            form = {name: str(value) for name, value in sent.items() if name != "rows"}
    except FileRefused as refused:
        return _import(request, error=language_of(request).refused(str(refused)), status_code=422)
    answers = {name.removeprefix(ANSWER): value for name, value in form.items() if name.startswith(ANSWER) and value}
    entries = await run_in_threadpool(lambda: services.directories.entries(with_merged=True))
    plan = await run_in_threadpool(plan_import, rows, entries, answers)
    if "confirm" not in form or not plan.changes:
        return _import(request, plan=plan, rows=rows_to_form(rows), answers=answers)
    name = form.get("name", "")[:80]
    _ = language_of(request).gettext
    title = _("Import %(name)s") % {"name": name}
    sets = [await _propose(services, principal, title, items, AuthorKind.IMPORT) for items in import_items(plan.changes)]
    note = _("The import was proposed. Every value can be seen here, and taken back.")
    return redirect(request, _change(request, sets[0]) if len(sets) == 1 else "/changes?view=all", Flash(note))


@router.post("/new", name="new_entry")
async def new_entry(
    request: Request,
    services: Services,
    principal: SignedIn,
    kind: Annotated[EntryKind, Form()],
    name: Text,
    parent_id: Text = "",
    owner: Text = "",
) -> Response:
    language = language_of(request)
    try:
        item = wanted_entry(kind, name, parent_id or None, owner)
    except InvalidEntry as error:
        return redirect(request, "/directories", Flash(language_of(request).refused(str(error)), "bad"))
    proposed = await _propose(services, principal, language.gettext("New: %(name)s") % {"name": name.strip()}, (item,))
    return redirect(request, _change(request, proposed), Flash(language.gettext("Proposed. It is there in a moment.")))


@router.get("/{entry_id}", name="directory_entry")
def entry_page(request: Request, services: Services, entry_id: str) -> Response:
    """A merged entry's address leads on to the one that took its place."""
    here = services.directories
    entry = here.resolve(entry_id)
    if entry.entry_id != entry_id:
        note = language_of(request).gettext("%(name)s was merged into this entry.") % {"name": here.entry(entry_id).name}
        return redirect(request, request.url_for("directory_entry", entry_id=entry.entry_id).path, Flash(note))
    return _entry(request, services, entry)


@router.post("/{entry_id}", name="edit_entry")
async def edit_entry(
    request: Request,
    services: Services,
    principal: SignedIn,
    entry_id: str,
    name: Text,
    seen: Text,
    owner: Text = "",
    aliases: Text = "",
    context: Text = "",
    parent_id: Text = "",
) -> Response:
    """What differs from what the page showed becomes a change; `seen` is what it showed."""
    language = language_of(request)
    entry = await run_in_threadpool(services.directories.entry, entry_id)
    wanted = {"name": name, "owner": owner, "aliases": aliases.splitlines(), "context": context.replace("\r\n", "\n")}
    if entry.kind.parent is not None:
        wanted["parent_id"] = parent_id
    try:
        items = wanted_fields(entry, wanted, json.loads(seen))
    except (InvalidEntry, ValueError, RecursionError) as error:
        return await run_in_threadpool(_entry, request, services, entry, language.refused(str(error)), 422)
    if not items:
        return redirect(request, request.url.path, Flash(language.gettext("Nothing was changed."), "warn"))
    proposed = await _propose(services, principal, language.gettext("Edit: %(name)s") % {"name": entry.name}, items)
    return redirect(request, _change(request, proposed), Flash(language.gettext("Proposed. It is there in a moment.")))


@router.post("/{entry_id}/merge", name="merge_entry")
async def merge_entry(request: Request, services: Services, principal: SignedIn, entry_id: str, into: Text) -> Response:
    language = language_of(request)
    entry = await run_in_threadpool(services.directories.entry, entry_id)
    target = await run_in_threadpool(services.directories.resolve, into)
    values = {"name": entry.name, "other": target.name}
    title = (language.gettext("Merge %(name)s into %(other)s") % values)[:200]
    item = NewItem(
        DIRECTORIES, entry_id, "merged_into", target.entry_id, entry.merged_into, is_before_known=True, record_label=entry.name
    )
    proposed = await _propose(services, principal, title, (item,))
    return redirect(request, _change(request, proposed), Flash(language.gettext("Proposed. It is there in a moment.")))


async def _propose(
    services: ApiServices,
    principal: Principal,
    title: str,
    items: tuple[NewItem, ...],
    kind: AuthorKind = AuthorKind.PERSON,
) -> ChangeSet:
    return await services.changes.propose(NewChangeSet(title[:200], Author(kind, principal.name), items))


def _entry(request: Request, services: ApiServices, entry: Entry, error: str = "", status_code: int = 200) -> Response:
    entries = services.directories.entries(with_merged=True)
    standing = [each for each in entries if each.merged_into is None]
    others = [each for each in standing if each.kind is entry.kind and each.entry_id != entry.entry_id]
    branch = _find(tree(entries), entry.entry_id)
    return render(
        request,
        "pages/directory_entry.html",
        status_code=status_code,
        entry=entry,
        error=error,
        origins=services.directories.origins(entry.entry_id),
        parents=[each for each in standing if each.kind is entry.kind.parent],
        parent=services.directories.resolve(entry.parent_id) if entry.parent_id else None,
        children=branch.children if branch else (),
        merged=[each for each in entries if each.merged_into == entry.entry_id],
        others=others,
        similar=[each for each in alike(entry.name, others) if each.entry.entry_id != entry.entry_id],
        seen=json.dumps(as_shown(entry)),
        kinds=entry_kinds(language_of(request)),
    )


def _find(branches: Any, entry_id: str) -> Any:  # noqa: ANN401  # branches of a tree
    for branch in branches:
        if branch.entry.entry_id == entry_id:
            return branch
        if (found := _find(branch.children, entry_id)) is not None:
            return found
    return None


def _search(text: str, entries: list[Entry]) -> list[Entry]:
    standing = [entry for entry in entries if entry.merged_into is None]
    plain = text.strip().casefold()
    named = [entry for entry in standing if any(plain in name.casefold() for name in entry.names)]
    likely = [each.entry for each in alike(text, standing) if each.entry not in named]
    return [*named[:100], *likely]


def _import(
    request: Request,
    *,
    plan: ImportPlan | None = None,
    rows: str = "",
    answers: dict[str, str] | None = None,
    error: str = "",
    status_code: int = 200,
) -> Response:
    language = language_of(request)
    _ = language.gettext
    return render(
        request,
        "pages/directory_import.html",
        status_code=status_code,
        plan=plan,
        rows=rows,
        answers=answers or {},
        error=error,
        field_names=directory_fields(language),
        states={
            RowState.NEW: (_("New"), "good"),
            RowState.CHANGED: (_("Changes"), "info"),
            RowState.SAME: (_("Known already"), ""),
            RowState.QUESTION: (_("Question"), "warn"),
            RowState.ERROR: (_("Error"), "bad"),
        },
        kinds=entry_kinds(language),
    )


def _change(request: Request, change_set: ChangeSet) -> str:
    return request.url_for("change", set_id=change_set.set_id).path
