"""Plan and fact: a table of months, each number a way to the postings, comments and files behind it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.bounds import MAX_NUMBER
from api.cookies import Flash
from api.dependencies import Services, SignedIn
from api.finance_access import may_keep, require_keeper
from api.pages.finance_refusals import said
from api.pages.finance_table import table_view
from api.problems import Problem
from api.shell import language_of, redirect, render
from services.finance import (
    Article,
    ArticleKind,
    FinanceDesk,
    FinanceError,
    Month,
    MonthRate,
    NewPosting,
    Posting,
    converted_parts,
    read_number,
)

router = APIRouter(prefix="/finance", include_in_schema=False)

SPANS = (3, 6, 12)
MAX_POSTINGS = 1000
Text = Annotated[str, Form(max_length=4000)]
Word = Annotated[str, Form(max_length=300)]
type Day = Annotated[date, Form(ge=date(1970, 1, 1), le=date(9990, 12, 31))]


@router.get("", name="finance")
def finance_page(
    request: Request,
    services: Services,
    principal: SignedIn,
    first: Annotated[str, Query(alias="from", max_length=7)] = "",
    span: Annotated[int, Query(ge=0, le=MAX_NUMBER)] = 6,
    version: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    desk = services.finance.desk
    count = span if span in SPANS else 6
    begin = Month.parse(first) if first else Month.of(datetime.now(UTC).date()).plus(1 - count)
    months = begin.until(begin.plus(count - 1))
    versions = desk.versions.versions()
    current = desk.versions.current()
    chosen = version or (current.version_id if current else "")
    table, rates = desk.table(months, chosen)
    # A currency that nothing is booked in that month lacks nothing.
    wanted = {(currency, key[2]) for key, cell in table.cells.items() for currency in cell.missing}
    missing = [each for each in rates.values() if each.rate is None and (each.currency, each.month) in wanted]
    return render(
        request,
        "pages/finance.html",
        view=table_view(table, desk.projects.projects(), desk.notes.counts(months)),
        months=months,
        locks=desk.locks.standing(months),
        spans=SPANS,
        span=count,
        begin=begin,
        versions=versions,
        chosen=chosen,
        missing=missing,
        base=desk.base,
        may_keep=may_keep(principal),
        has_articles=bool(table.articles),
    )


@router.get("/cell", name="finance_cell")
def cell_page(
    request: Request,
    services: Services,
    principal: SignedIn,
    project: Annotated[str, Query(max_length=64)],
    article: Annotated[str, Query(max_length=64)],
    month: Annotated[str, Query(max_length=7)],
    version: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """What stands behind one number: its postings, what they count in the base currency, and what was said about it."""
    desk, of_month = services.finance.desk, Month.parse(month)
    current = desk.versions.current()
    chosen = version or (current.version_id if current else "")
    table, rates = desk.table([of_month], chosen)
    postings = desk.ledger.postings(of_month, project, article, limit=MAX_POSTINGS)
    projects = {each.project_id: each for each in desk.projects.projects()}
    articles = {each.article_id: each for each in table.articles}
    return render(
        request,
        "pages/finance_cell.html",
        cell=table.cell(project, article, of_month),
        project_id=project,
        project=projects.get(project),
        article=articles.get(article, Article(article, article, ArticleKind.EXPENSE)),
        month=of_month,
        postings=_converted(desk, postings, rates),
        is_cut=len(postings) == MAX_POSTINGS,
        rates=[rate for rate in rates.values() if rate.currency != desk.base],
        notes=desk.notes.of((project, article, of_month)),
        lock=desk.locks.of(of_month),
        base=desk.base,
        may_keep=may_keep(principal),
    )


@router.post("/cell/note", name="finance_note")
async def add_note(
    request: Request,
    services: Services,
    principal: SignedIn,
    project: Word,
    article: Word,
    month: Word,
    text: Text = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    cell = (project, article, Month.parse(month))
    content = await file.read() if file is not None and file.filename else None
    name = (file.filename or "") if file is not None and content is not None else ""
    await run_in_threadpool(services.finance.desk.notes.add, cell, text, principal.name, name, content)
    return redirect(request, _cell_address(request, project, article, month))


@router.get("/notes/{note_id}/file", name="finance_note_file")
def note_file(services: Services, note_id: str) -> Response:
    """Always a download: what somebody attached is never shown as a page of ours."""
    name, content = services.finance.desk.notes.file(note_id)
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.post("/cell/posting", name="finance_posting")
async def add_posting(
    request: Request,
    services: Services,
    principal: SignedIn,
    project: Word,
    article: Word,
    booked_on: Day,
    amount: Word,
    currency: Word,
    document: Word = "",
    counterparty: Word = "",
    text: Text = "",
) -> Response:
    require_keeper(principal)
    desk = services.finance.desk
    number = read_number(amount)
    if number is None:
        raise Problem(422, "amount: write a number, as 1234.56")
    new = NewPosting(project, article, booked_on, number, currency.upper(), document, counterparty, text)
    address, language = _cell_address(request, project, article, str(new.month)), language_of(request)
    try:
        await run_in_threadpool(desk.ledger.post, new, principal.name)
    except FinanceError as error:
        return redirect(request, address, Flash(said(language, error), "bad"))
    return redirect(request, address, Flash(language.gettext("Entered.")))


@router.post("/postings/{posting_id}/remove", name="finance_remove_posting")
async def remove_posting(
    request: Request, services: Services, principal: SignedIn, posting_id: str, project: Word, article: Word, month: Word
) -> Response:
    require_keeper(principal)
    await run_in_threadpool(services.finance.desk.ledger.remove, posting_id)
    _ = language_of(request).gettext
    return redirect(request, _cell_address(request, project, article, month), Flash(_("Removed.")))


@router.post("/articles", name="finance_articles")
async def keep_article(
    request: Request,
    services: Services,
    principal: SignedIn,
    article_id: Word,
    name: Word,
    kind: Annotated[ArticleKind, Form()],
) -> Response:
    require_keeper(principal)
    ledger = services.finance.desk.ledger
    places = {each.article_id: each.position for each in await run_in_threadpool(ledger.articles)}
    key = article_id.strip()
    article = Article(key, name.strip(), kind, places.get(key, len(places)))
    try:
        await run_in_threadpool(ledger.keep_article, article)
    except FinanceError as error:
        return redirect(request, "/finance/versions", Flash(said(language_of(request), error), "bad"))
    return redirect(request, "/finance/versions", Flash(language_of(request).gettext("Saved.")))


def _converted(
    desk: FinanceDesk, postings: Sequence[Posting], rates: Mapping[tuple[str, Month], MonthRate]
) -> list[tuple[Posting, Decimal | None]]:
    """Each posting with what it counts in the base currency, in the order of the page."""
    found: dict[str, Decimal] = {}
    for (currency, _month), rate in rates.items():
        some = [each for each in postings if each.currency == currency]
        if rate.rate is not None and some:
            parts = converted_parts(some, rate, desk.base)
            found |= {each.posting_id: part for each, part in zip(some, parts, strict=True)}
    return [(each, found.get(each.posting_id)) for each in postings]


def _cell_address(request: Request, project: str, article: str, month: str) -> str:
    path = request.url_for("finance_cell").path
    return f"{path}?project={quote(project)}&article={quote(article)}&month={quote(month)}"
