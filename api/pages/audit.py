"""The audit log, for administrators: who did what, with filters, as a page and as CSV."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, field_validator
from starlette.responses import Response, StreamingResponse

from api.bounds import EngineKey
from api.dependencies import Services, SignedIn
from api.pages.addresses import with_query
from api.pages.deed_names import deed_names
from api.shell import language_of, render
from services.audit import AuditFilter, AuditLog
from services.audit.cells import HEADER, cells

router = APIRouter(include_in_schema=False)
PAGE = 50
AT_ONCE = 1_000
LONGEST = 200


class AuditQuery(BaseModel):
    """The filter as it stands in the address; what means nothing restricts nothing."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None
    before: EngineKey | None = None

    @field_validator("actor", "action", "subject", mode="before")
    @classmethod
    def short(cls, value: object) -> str:
        return str(value or "").replace("\0", "").strip()[:LONGEST]

    @field_validator("since", "until", mode="before")
    @classmethod
    def a_day(cls, value: object) -> date | None:
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            return None

    @field_validator("before", mode="before")
    @classmethod
    def a_sequence(cls, value: object) -> int | None:
        text = str(value or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

    def wanted(self, tenant_id: str) -> AuditFilter:
        until = None if self.until is None or self.until == date.max else self.until + timedelta(days=1)
        return AuditFilter(self.actor, self.action, self.subject, _ms(self.since), _ms(until), tenant_id)


@router.get("/audit", name="audit_log")
def audit_page(request: Request, services: Services, principal: SignedIn, query: Annotated[AuditQuery, Query()]) -> Response:
    found = services.audit.page(query.wanted(principal.account.tenant_id), before=query.before, limit=PAGE + 1)
    entries = found[:PAGE]
    return render(
        request,
        "pages/audit.html",
        entries=[(entry, datetime.fromtimestamp(entry.at / 1000, UTC)) for entry in entries],
        query=query,
        deeds=deed_names(language_of(request)),
        next_before=entries[-1].sequence if len(found) > PAGE else None,
        url=with_query(request),
        csv_address=f"/audit.csv?{request.url.query}",
    )


@router.get("/audit.csv", name="audit_csv")
def audit_csv(services: Services, principal: SignedIn, query: Annotated[AuditQuery, Query()]) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    wanted = query.wanted(principal.account.tenant_id)
    return StreamingResponse(_lines(services.audit, wanted), media_type="text/csv; charset=utf-8", headers=headers)


def _lines(log: AuditLog, wanted: AuditFilter) -> Iterator[str]:
    yield "\ufeff" + _written([HEADER])
    before: int | None = None
    while entries := log.page(wanted, before=before, limit=AT_ONCE):
        yield _written([cells(entry) for entry in entries])
        before = entries[-1].sequence


def _written(rows: Iterable[Iterable[str | int]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _ms(day: date | None) -> int | None:
    return None if day is None else int(datetime.combine(day, time.min, UTC).timestamp() * 1000)
