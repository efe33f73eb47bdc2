"""Importing facts: choose a file, look at its rows, mend what is wrong, import."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, NamedTuple

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.cookies import Flash
from api.dependencies import Services, SignedIn
from api.finance_access import may_keep, require_keeper
from api.pages import finance_texts as texts
from api.pages.finance_refusals import said
from api.problems import Problem
from api.services import ApiServices
from api.shell import language_of, redirect, render
from services.finance import FIELDS, FinanceError, Finding, ImportRow, ImportState, NotFound

router = APIRouter(prefix="/finance/imports", include_in_schema=False)

FIELD = re.compile(r"row_(\d{1,9})_(\w+)")
# More rows than this are mended in the file itself.
SHOWN_BAD, SHOWN_GOOD = 200, 50


@router.get("", name="finance_imports")
def imports_page(request: Request, services: Services, principal: SignedIn) -> Response:
    return _list(request, services, may_upload=may_keep(principal))


@router.post("")
async def upload(request: Request, services: Services, principal: SignedIn, file: Annotated[UploadFile, File()]) -> Response:
    """Read a file; nothing is booked by it."""
    require_keeper(principal)
    content = await file.read()
    imports = services.finance.desk.imports
    try:
        found = await run_in_threadpool(imports.preview, file.filename or "", content, principal.name)
    except FinanceError as error:
        reason = said(language_of(request), error)
        return await run_in_threadpool(lambda: _list(request, services, may_upload=True, error=reason))
    _ = language_of(request).gettext
    address = request.url_for("finance_import", import_id=found.import_id).path
    if found.is_known and found.state is ImportState.IMPORTED:
        note = _("%(person)s imported this very file before: nothing is booked twice.") % {"person": found.imported_by}
        return redirect(request, address, Flash(note, "warn"))
    return redirect(request, address)


@router.get("/{import_id}", name="finance_import")
def import_page(request: Request, services: Services, principal: SignedIn, import_id: str) -> Response:
    desk, language = services.finance.desk, language_of(request)
    found = desk.imports.get(import_id)
    projects = {each.project_id: each.name for each in desk.projects.projects() if not each.merged_into}
    articles = {each.article_id: each.name for each in desk.ledger.articles()}
    return render(
        request,
        "pages/finance_import.html",
        found=found,
        bad=found.bad[:SHOWN_BAD],
        good=found.good[:SHOWN_GOOD],
        projects=projects,
        articles=articles,
        columns=texts.columns(language),
        fields=[name for name in FIELDS if any(name in row.cells for row in found.rows) or _is_needed(name, found.bad)],
        findings=texts.findings(language),
        repeated=_repeated(found.bad),
        shapes=texts.shapes(language),
        base=desk.base,
        may_keep=may_keep(principal),
    )


@router.post("/{import_id}/mend", name="finance_mend")
async def mend(request: Request, services: Services, principal: SignedIn, import_id: str) -> Response:
    """The cells that were typed over, `row_NUMBER_FIELD` each."""
    require_keeper(principal)
    form = await request.form(max_fields=5000)
    corrections: dict[int, dict[str, str]] = {}
    for name, value in form.items():
        found = FIELD.fullmatch(name)
        if found and found[2] in FIELDS and isinstance(value, str):
            corrections.setdefault(int(found[1]), {})[found[2]] = value
    imports = services.finance.desk.imports
    mended = await run_in_threadpool(imports.mend, import_id, corrections, principal.name)
    _ = language_of(request).gettext
    note = Flash(_("Every row is right now.")) if not mended.bad else Flash(_("Some rows are still wrong."), "warn")
    return redirect(request, request.url_for("finance_import", import_id=import_id).path, note)


@router.post("/{import_id}/accept", name="finance_accept")
async def accept(
    request: Request, services: Services, principal: SignedIn, import_id: str, only_good: Annotated[str, Form()] = ""
) -> Response:
    require_keeper(principal)
    imports = services.finance.desk.imports
    address = request.url_for("finance_import", import_id=import_id).path
    _ = language_of(request)
    try:
        done = await run_in_threadpool(lambda: imports.accept(import_id, principal.name, only_good=bool(only_good)))
    except NotFound:
        raise
    except FinanceError as error:
        return redirect(request, address, Flash(said(language_of(request), error), "bad"))
    count = len(done.rows) - done.left_out
    note = _.ngettext("%(count)s row was imported.", "%(count)s rows were imported.", count) % {"count": count}
    return redirect(request, address, Flash(note))


@router.post("/{import_id}/discard", name="finance_discard")
async def discard(request: Request, services: Services, principal: SignedIn, import_id: str) -> Response:
    require_keeper(principal)
    try:
        await run_in_threadpool(services.finance.desk.imports.discard, import_id)
    except NotFound:
        raise
    except FinanceError as error:
        raise Problem(409, said(language_of(request), error)) from error
    note = language_of(request).gettext("The file was put aside; nothing was booked.")
    return redirect(request, "/finance/imports", Flash(note))


def _list(request: Request, services: ApiServices, *, may_upload: bool, error: str = "") -> Response:
    language = language_of(request)
    return render(
        request,
        "pages/finance_imports.html",
        status_code=422 if error else 200,
        imports=services.finance.desk.imports.recent(),
        shapes=texts.shapes(language),
        may_upload=may_upload,
        error=error,
    )


class Repeated(NamedTuple):
    number: int
    rows: int


def _repeated(rows: Sequence[ImportRow]) -> dict[Finding, Repeated]:
    """What is wrong with several rows in the same way, and with how many; the page says it once, not beside each."""
    counts = Counter(finding for row in rows for finding in row.findings).most_common()
    return {finding: Repeated(number, count) for number, (finding, count) in enumerate(counts, start=1) if count > 1}


def _is_needed(name: str, bad: Sequence[ImportRow]) -> bool:
    """Columns that a row lacks are shown, so that they can be filled in."""
    return any(finding.column == name for row in bad for finding in row.findings)
