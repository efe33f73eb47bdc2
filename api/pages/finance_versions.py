"""Plans and forecasts: made, typed in cell by cell, frozen, compared."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.cookies import Flash
from api.dependencies import Services, SignedIn
from api.finance_access import may_keep, require_keeper
from api.pages.finance_refusals import said
from api.principal import Principal
from api.shell import language_of, redirect, render
from services.finance import FinanceDesk, FinanceError, Month, VersionKind, read_number

router = APIRouter(prefix="/finance/versions", include_in_schema=False)

CELL = re.compile(r"plan\|([^|]{1,64})\|([^|]{1,64})\|(\d{4}-\d{2})")
Text = Annotated[str, Form(max_length=2000)]
type CellKey = tuple[str, str, Month]


@dataclass(frozen=True, slots=True)
class Difference:
    """One amount that two versions plan differently."""

    project: str
    article: str
    month: Month
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class TypedPlan:
    """What stands in the cells of a sheet, by their names."""

    texts: Mapping[str, str]

    @property
    def wrong(self) -> frozenset[str]:
        """Cells whose text is no amount."""
        return frozenset(name for name, text in self.texts.items() if text.strip() and read_number(text) is None)

    @property
    def amounts(self) -> dict[CellKey, Decimal]:
        """An emptied cell plans nothing."""
        read = {name: read_number(text) if text.strip() else Decimal(0) for name, text in self.texts.items()}
        return {_key(name): amount for name, amount in read.items() if amount is not None}


def _key(name: str) -> CellKey:
    _plan, project, article, month = name.split("|")
    return project, article, Month.parse(month)


@router.get("", name="finance_versions")
def versions_page(
    request: Request,
    services: Services,
    principal: SignedIn,
    before: Annotated[str, Query(max_length=40)] = "",
    after: Annotated[str, Query(max_length=40)] = "",
    year: Annotated[int, Query(ge=1970, le=9990)] = 0,
) -> Response:
    desk = services.finance.desk
    versions = desk.versions.versions()
    chosen_year = year or datetime.now(UTC).year
    differences = _differences(desk, before, after, chosen_year) if before and after else None
    return render(
        request,
        "pages/finance_versions.html",
        versions=versions,
        names={each.version_id: each.name for each in versions},
        frozen=[each for each in versions if each.is_frozen],
        current=desk.versions.current(),
        kinds=_kinds(request),
        articles=desk.ledger.articles(),
        before=before,
        after=after,
        year=chosen_year,
        differences=differences,
        base=desk.base,
        may_keep=may_keep(principal),
    )


@router.post("")
async def create(
    request: Request,
    services: Services,
    principal: SignedIn,
    name: Text,
    kind: Annotated[VersionKind, Form()],
    why: Text = "",
    based_on: Text = "",
) -> Response:
    require_keeper(principal)
    versions = services.finance.desk.versions
    try:
        made = await run_in_threadpool(versions.create, name, kind, principal.name, why, based_on)
    except FinanceError as error:
        return redirect(request, "/finance/versions", Flash(said(language_of(request), error), "bad"))
    return redirect(request, request.url_for("finance_version", version_id=made.version_id).path)


@router.get("/{version_id}", name="finance_version")
def version_page(
    request: Request,
    services: Services,
    principal: SignedIn,
    version_id: str,
    year: Annotated[int, Query(ge=1970, le=9990)] = 0,
) -> Response:
    """The plan of a year as a sheet to type into."""
    return _sheet(request, services.finance.desk, principal, version_id, year or datetime.now(UTC).year)


def _sheet(
    request: Request,
    desk: FinanceDesk,
    principal: Principal,
    version_id: str,
    year: int,
    refused: TypedPlan | None = None,
) -> Response:
    """`refused`: what was typed and is not written, shown again with its wrong amounts marked."""
    version = desk.versions.version(version_id)
    months = Month(year, 1).until(Month(year, 12))
    return render(
        request,
        "pages/finance_version.html",
        version=version,
        based=desk.versions.version(version.based_on) if version.based_on else None,
        year=year,
        months=months,
        amounts=desk.versions.amounts(version_id, months),
        typed=refused.texts if refused else {},
        wrong=refused.wrong if refused else frozenset(),
        locks=desk.locks.standing(months),
        projects=[each for each in desk.projects.projects() if not each.merged_into],
        articles=desk.ledger.articles(),
        kinds=_kinds(request),
        base=desk.base,
        may_edit=may_keep(principal) and not version.is_frozen,
        status_code=422 if refused else 200,
    )


@router.post("/{version_id}", name="finance_plan")
async def plan(request: Request, services: Services, principal: SignedIn, version_id: str) -> Response:
    """The amounts that differ from what is planned, `plan|PROJECT|ARTICLE|MONTH` each; all of them or none."""
    require_keeper(principal)
    form = await request.form(max_fields=20_000)
    typed = TypedPlan({name: value for name, value in form.items() if isinstance(value, str) and CELL.fullmatch(name)})
    year = str(form.get("year", ""))[:4]
    if typed.wrong:
        shown = int(year) if year.isdecimal() and 1970 <= int(year) <= 9990 else datetime.now(UTC).year
        return await run_in_threadpool(_sheet, request, services.finance.desk, principal, version_id, shown, typed)
    count = await run_in_threadpool(_plan, services.finance.desk, version_id, typed.amounts, principal.name)
    _ = language_of(request)
    note = _.ngettext("%(count)s amount was changed.", "%(count)s amounts were changed.", count) % {"count": count}
    path = request.url_for("finance_version", version_id=version_id).path
    return redirect(request, f"{path}?year={year}" if year.isdigit() else path, Flash(note))


@router.post("/{version_id}/freeze", name="finance_freeze")
async def freeze(request: Request, services: Services, principal: SignedIn, version_id: str) -> Response:
    require_keeper(principal)
    frozen = await run_in_threadpool(services.finance.desk.versions.freeze, version_id, principal.name)
    note = language_of(request).gettext("%(name)s is frozen: facts are compared with it from now on.") % {"name": frozen.name}
    return redirect(request, "/finance/versions", Flash(note))


def _plan(desk: FinanceDesk, version_id: str, typed: dict[CellKey, Decimal], person: str) -> int:
    held = desk.versions.amounts(version_id, {month for _project, _article, month in typed})
    changed = {key: amount for key, amount in typed.items() if held.get(key, Decimal(0)) != amount}
    if changed:
        desk.versions.plan(version_id, changed, person)
    return len(changed)


def _differences(desk: FinanceDesk, before: str, after: str, year: int) -> list[Difference]:
    months = Month(year, 1).until(Month(year, 12))
    held, planned = desk.versions.amounts(before, months), desk.versions.amounts(after, months)
    projects = {each.project_id: each.name for each in desk.projects.projects()}
    articles = {each.article_id: each.name for each in desk.ledger.articles()}
    found = []
    for key in sorted({*held, *planned}):
        project, article, month = key
        one, other = held.get(key, Decimal(0)), planned.get(key, Decimal(0))
        if one != other:
            found.append(Difference(projects.get(project, project), articles.get(article, article), month, one, other))
    return found


def _kinds(request: Request) -> dict[str, str]:
    _ = language_of(request).gettext
    return {VersionKind.PLAN: _("Plan"), VersionKind.FORECAST: _("Forecast")}
