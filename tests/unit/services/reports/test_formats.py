"""What becomes of rows in each format, hostile ones too."""

import csv
import io
import json
from datetime import datetime
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from services.reports import (
    FORMATS,
    ReportFormat,
    TooManyRows,
    assistant_report,
    performers_report,
    process_performance_report,
    sla_report,
    tickets_report,
    write_report,
    xlsx,
)
from services.reports.document import Report
from tests.unit.services.reports.report_rows import (
    NOON,
    make_draft,
    make_element,
    make_promise,
    make_scope,
    make_task,
    make_ticket,
    make_use,
)

HOSTILE = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "=cmd|' /C calc'!A0",
    "#N/A",
    "<img src='/etc/passwd'/>",
    "<b>bold</b> & <para>",
    "</para>",
    "a\x00b\x07\x1bc",
    "\ud800 half",
    "x" * 40_000,
    "word" * 600,
    "слово\nдва\r\nтри",
    "_x0041_",
)


def written(report: Report, report_format: ReportFormat) -> bytes:
    out = io.BytesIO()
    write_report(report, report_format, out)
    return out.getvalue()


def hostile_report() -> Report:
    return tickets_report((make_ticket(n, subject=text, text=text) for n, text in enumerate(HOSTILE)), make_scope())


def pdf_text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


@pytest.mark.parametrize("report_format", list(FORMATS))
@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_same_rows_give_the_same_bytes(language: str, report_format: ReportFormat) -> None:
    scope = make_scope(language)
    makers = (
        lambda: tickets_report([make_ticket()], scope),
        lambda: performers_report([make_task()], scope),
        lambda: sla_report([make_promise()], scope),
        lambda: process_performance_report([make_element()], scope),
        lambda: assistant_report([make_draft()], [make_use()], scope),
    )

    for make in makers:
        assert written(make(), report_format) == written(make(), report_format)


@pytest.mark.parametrize("report_format", list(FORMATS))
def test_a_period_without_rows_gives_a_report_all_the_same(report_format: ReportFormat) -> None:
    assert len(written(tickets_report([], make_scope()), report_format)) > 100


def test_text_stays_text_in_excel_whatever_it_begins_with() -> None:
    sheet = load_workbook(io.BytesIO(written(hostile_report(), ReportFormat.XLSX)))["Tickets"]

    subjects = [row[8] for row in sheet.iter_rows(min_row=2, max_row=len(HOSTILE) + 1)]
    assert {cell.data_type for cell in subjects} == {"s"}
    assert [cell.value for cell in subjects[:4]] == ["=1+1", "+1", "-1", "@SUM(A1)"]
    assert [cell.quotePrefix for cell in subjects[:7]] == [True] * 6 + [False]
    assert subjects[10].value == "abc"
    assert len(subjects[12].value) == 32_767
    assert subjects[12].value.endswith(" … (cut)")


def test_excel_has_typed_cells_a_filter_frozen_heads_totals_and_a_chart() -> None:
    report = tickets_report([make_ticket(1), make_ticket(2, status="closed", closed_at=NOON)], make_scope())

    book = load_workbook(io.BytesIO(written(report, ReportFormat.XLSX)))

    assert book.sheetnames == ["Summary", "Tickets", "Method"]
    tickets, summary = book["Tickets"], book["Summary"]
    assert (tickets.freeze_panes, tickets.auto_filter.ref) == ("A2", "A1:M3")
    assert tickets["B2"].value == datetime(2026, 11, 3, 12)  # noqa: DTZ001  # Excel knows no zones
    assert tickets["A4"].value == '=IFERROR(SUBTOTAL(103,A2:A3),"")'
    assert [chart.anchor._from.col for chart in summary._charts] == [7, 7, 7]
    formulas = [cell.value for row in summary.iter_rows() for cell in row if cell.data_type == "f"]
    assert len(formulas) == 6
    assert book["Method"]["A1"].value == "Period"
    assert book["Method"]["B2"].value == "2026-12-01 09:00:00 UTC"


def test_totals_are_formulas_over_the_rows_they_stand_under() -> None:
    report = tickets_report([make_ticket(1, team="a"), make_ticket(2, team="b")], make_scope())

    sheet = load_workbook(io.BytesIO(written(report, ReportFormat.XLSX)))["Summary"]

    total = next(row for row in sheet.iter_rows(max_row=12) if row[0].value == "Total")
    first, last = total[1].row - 2, total[1].row - 1
    assert total[1].value == f'=IFERROR(SUBTOTAL(109,B{first}:B{last}),"")'
    assert [sheet[f"A{first}"].value, sheet[f"A{last}"].value] == ["a", "b"]


def test_more_rows_than_a_sheet_holds_are_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MOST_ROWS", 3)

    with pytest.raises(TooManyRows, match="choose a shorter period, or CSV"):
        written(tickets_report([make_ticket(n) for n in range(4)], make_scope()), ReportFormat.XLSX)


def test_markup_in_a_ticket_is_printed_and_opens_no_file() -> None:
    text = pdf_text(written(hostile_report(), ReportFormat.PDF)).replace("\n", "")

    assert "<img src='/etc/passwd'/>" in text.replace("<imgsrc", "<img src")
    assert "</para>" in text
    assert "root:" not in text


def test_a_russian_pdf_can_be_read_and_searched() -> None:
    report = tickets_report([make_ticket(n, subject="Где мой заказ?") for n in range(200)], make_scope("ru"))

    reader = PdfReader(io.BytesIO(written(report, ReportFormat.PDF)))

    text = "\n".join(page.extract_text() for page in reader.pages)
    count = len(reader.pages)
    assert "Где мой заказ?" in text.replace("\n", " ")
    assert f"{count} / {count}" in reader.pages[-1].extract_text()
    assert [entry["/Title"] for entry in reader.outline if isinstance(entry, dict)] == ["Обращения"]
    nested = next(entry for entry in reader.outline if isinstance(entry, list))
    assert [entry["/Title"] for entry in nested][:2] == ["По командам", "По категориям"]
    # The head of the table is on each of its pages.
    assert all("Поступило" in page.extract_text() for page in reader.pages[3:-1])
    # The chart is drawn, not painted.
    assert not any(page.images for page in reader.pages)


def test_csv_keeps_every_row_and_guards_what_looks_like_a_formula() -> None:
    content = written(hostile_report(), ReportFormat.CSV).decode("utf-8-sig")

    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    assert [row["subject"] for row in rows][:4] == ["'=1+1", "'+1", "'-1", "'@SUM(A1)"]
    assert rows[7]["subject"] == HOSTILE[7]
    assert rows[0]["created_at"] == "2026-11-03T12:00:00.000Z"


def test_json_holds_rows_method_and_summary() -> None:
    document = json.loads(written(hostile_report(), ReportFormat.JSON))

    assert [row["subject"] for row in document["rows"]][:11] == list(HOSTILE[:11])
    assert document["summary"][0]["rows"][0]["tickets"] == len(HOSTILE)
    assert document["period"] == {"from": "2026-11-01", "to": "2026-11-30"}


def test_an_excel_file_names_no_moment_but_that_of_its_rows() -> None:
    content = written(tickets_report([make_ticket()], make_scope()), ReportFormat.XLSX)

    with ZipFile(io.BytesIO(content)) as package:
        moments = {entry.date_time for entry in package.infolist()}
        core = package.read("docProps/core.xml").decode()

    assert moments == {(1980, 1, 1, 0, 0, 0)}
    assert core.count("2026-12-01T09:00:00Z") == 2
