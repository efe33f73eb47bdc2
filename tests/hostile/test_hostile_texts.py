"""Texts that strangers send: in cells, printed files, pages, letters and prompts they stay texts."""

import csv
import io
from time import monotonic

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from engine import feel
from services.reports import ReportFormat, tickets_report, write_report
from tests.ends import ENDS_WITHIN_SECONDS
from tests.unit.services.reports.report_rows import make_scope, make_ticket
from tests.web_app import WebApp

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0")
CONTROL = "a\x00b\x07\x1bc"
TEMPLATES = ("{{7*191}}", "{% import os %}{{os.popen('id')}}", "${7*191}", "{{ ''.__class__.__mro__ }}", "#{7*191}")


def written(texts: tuple[str, ...], report_format: ReportFormat) -> bytes:
    out = io.BytesIO()
    rows = (make_ticket(n, subject=text, text=text) for n, text in enumerate(texts))
    write_report(tickets_report(rows, make_scope()), report_format, out)
    return out.getvalue()


def subjects_in_excel(content: bytes, count: int) -> list:
    return [row[8] for row in load_workbook(io.BytesIO(content))["Tickets"].iter_rows(min_row=2, max_row=count + 1)]


def test_cells_that_look_like_formulas_are_text() -> None:
    cells = subjects_in_excel(written(FORMULAS, ReportFormat.XLSX), len(FORMULAS))
    rows = csv.DictReader(io.StringIO(written(FORMULAS, ReportFormat.CSV).decode("utf-8-sig"), newline=""))

    assert {cell.data_type for cell in cells} == {"s"}
    assert all(row["subject"].startswith("'") for row in rows)


def test_control_characters_leave_and_a_cut_is_noted() -> None:
    control, long = subjects_in_excel(written((CONTROL, "x" * 40_000), ReportFormat.XLSX), 2)

    assert control.value == "abc"
    assert len(long.value) <= 32_767
    assert long.value.endswith("(cut)")


@pytest.mark.parametrize("template", TEMPLATES)
async def test_a_template_in_a_ticket_is_shown_and_never_filled_in(web_app: WebApp, template: str) -> None:
    headers = web_app.bearer(web_app.account("staff", username="clerk"))
    ticket = {"source": "shop", "external_id": "1", "text": template, "subject": template}
    async with web_app.signed_in("staff", "manager") as browser:
        receipt = await browser.client.post("/api/v1/tickets", json=ticket, headers=headers)

        page = await browser.get(f"/tickets/{receipt.json()['ticket_id']}")

    assert page.status_code == 200
    assert "1337" not in page.text
    assert template.replace("'", "&#39;") in page.text


@pytest.mark.parametrize("expression", ["{{7*7}}", "${7*7}", "{% raw %}"])
def test_a_template_is_no_expression(expression: str) -> None:
    with pytest.raises(feel.FeelSyntaxError):
        feel.compile(expression)


@pytest.mark.parametrize(
    "expression",
    [
        '{s: for i in 1..100 return if i = 1 then "aaaaaaaaaa" else partial[-1] + partial[-1], r: s[-1]}.r',
        'string join(for i in 1..99999 return "aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa")',
    ],
)
def test_a_text_that_grows_without_end_is_a_limit_error(expression: str) -> None:
    started = monotonic()

    with pytest.raises(feel.FeelLimitExceeded):
        feel.evaluate(expression, {})

    assert monotonic() - started < ENDS_WITHIN_SECONDS


def test_markup_in_a_printed_file_is_printed_and_opens_nothing() -> None:
    content = written(("<img src=/etc/passwd>", "<img src='http://127.0.0.1:1/x'/>"), ReportFormat.PDF)

    reader = PdfReader(io.BytesIO(content))
    text = "".join(page.extract_text() for page in reader.pages).replace("\n", "")

    assert "src=/etc/passwd" in text
    assert "root:" not in text
    assert not any(page.images for page in reader.pages)
