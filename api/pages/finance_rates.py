"""Exchange rates of a month: the average and its gaps, rates by hand with their reasons, loading daily rates."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.cookies import Flash
from api.dependencies import Services, SignedIn
from api.finance_access import may_keep, require_keeper
from api.pages import finance_texts as texts
from api.pages.finance_refusals import said
from api.shell import language_of, redirect, render
from services.finance import DailyRate, FinanceError, InvalidMoney, Month, read_date, read_number

router = APIRouter(prefix="/finance/rates", include_in_schema=False)

MAX_ROWS = 20_000
Word = Annotated[str, Form(max_length=40)]


@router.get("", name="finance_rates")
def rates_page(
    request: Request, services: Services, principal: SignedIn, month: Annotated[str, Query(max_length=7)] = ""
) -> Response:
    desk, language = services.finance.desk, language_of(request)
    chosen = Month.parse(month) if month else Month.of(datetime.now(UTC).date())
    booked = {currency for *_cell, currency in desk.ledger.facts([chosen])}
    currencies = sorted(({*desk.rates.currencies()} | booked) - {desk.base})
    rates = desk.rates.of(currencies, [chosen])
    return render(
        request,
        "pages/finance_rates.html",
        month=chosen,
        rates=[rates[currency, chosen] for currency in currencies],
        booked=booked,
        days=list(chosen.days()),
        sources=texts.sources(language),
        lock=desk.locks.of(chosen),
        is_working=desk.working.is_working,
        base=desk.base,
        may_keep=may_keep(principal),
    )


@router.post("/manual", name="finance_manual_rate")
async def enter_by_hand(
    request: Request,
    services: Services,
    principal: SignedIn,
    month: Word,
    currency: Word,
    rate: Word,
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    require_keeper(principal)
    of_month, number = Month.parse(month), read_number(rate)
    _ = language_of(request).gettext
    if number is None:
        return redirect(request, _address(request, of_month), Flash(_("The rate must be a number."), "bad"))
    by_hand = services.finance.desk.rates.enter_by_hand
    try:
        await run_in_threadpool(by_hand, currency.strip().upper(), of_month, number, reason, principal.name)
    except (FinanceError, InvalidMoney) as error:
        return redirect(request, _address(request, of_month), Flash(said(language_of(request), error), "bad"))
    return redirect(request, _address(request, of_month), Flash(_("The rate is entered.")))


@router.post("/daily", name="finance_daily_rates")
async def load_daily(
    request: Request, services: Services, principal: SignedIn, month: Word, file: Annotated[UploadFile, File()]
) -> Response:
    """A CSV of date, currency and rate, perhaps with a nominal."""
    require_keeper(principal)
    content = await file.read()
    _ = language_of(request)
    address = _address(request, Month.parse(month))
    try:
        rates = await run_in_threadpool(_read, content)
        source = file.filename or "file"
        count = await run_in_threadpool(services.finance.desk.rates.keep, rates, principal.name, source)
    except (FinanceError, InvalidMoney, _Unreadable) as error:
        return redirect(request, address, Flash(said(language_of(request), error), "bad"))
    note = _.ngettext("%(count)s daily rate was loaded.", "%(count)s daily rates were loaded.", count) % {"count": count}
    return redirect(request, address, Flash(note))


class _Unreadable(Exception):
    """Line and column of what cannot be read."""


def _read(content: bytes) -> list[DailyRate]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1251", errors="replace")
    delimiter = ";" if text.count(";") >= text.count(",") else ","
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))[: MAX_ROWS + 1]
    found = []
    for number, row in enumerate(rows, start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and read_date(cells[0]) is None):
            continue
        found.append(_rate(number, cells))
    if not found:
        raise _Unreadable("there are no rates in this file: one line is date, currency, rate, perhaps nominal")
    return found


def _rate(number: int, cells: list[str]) -> DailyRate:
    if len(cells) < 3:
        raise _Unreadable(f"line {number} has {len(cells)} columns: it needs date, currency and rate")
    day, rate = read_date(cells[0]), read_number(cells[2])
    nominal = read_number(cells[3]) if len(cells) > 3 and cells[3] else Decimal(1)
    if day is None:
        raise _Unreadable(f"line {number}, column 1: {cells[0][:20]!r} is no date, write it as 2026-03-31")
    if rate is None or not nominal:
        raise _Unreadable(f"line {number}, column 3: {cells[2][:20]!r} is no rate, write it as 89.1234")
    return DailyRate(cells[1].upper()[:3], day, rate / nominal)


def _address(request: Request, month: Month) -> str:
    return f"{request.url_for('finance_rates').path}?month={month}"
