"""Every report as a person sees it, to be looked at: each Excel sheet and each PDF page as a picture, in both languages.

    python -m bench.report_pictures FOLDER

The rows are those of the tests. A sheet is drawn as a page, without a spreadsheet program: its cells, widths, formats, header,
the totals its formulas come to, `####` where a number is wider than its column, and where its charts lie.
"""

import argparse
import html
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from openpyxl.utils import get_column_letter
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine

from bootstrap.finance_report import close_report
from bootstrap.reports import build_report
from history.database import open_engine
from migrations.targets import TARGETS
from services.finance import InMemoryProjects, finance_desk
from services.reports import REPORT_NAMES, Report, ReportFormat, Scope, write_report
from tests.close_books import PROJECTS, SCOPE, books
from tests.history_log import golden, project
from tests.report_seeds import Seeds, seeded_clocks, seeded_drafts, seeded_tasks, seeded_tickets
from tests.workbooks import Cell, Sheet, evaluated, sheets

ROWS_SHOWN = 40
# Excel's own: a digit of the usual font is seven pixels wide, a cell has five beside its text.
PIXELS, ASIDE, HEIGHT = 7, 5, 20
# Its eleven points are as wide as these of the font that is everywhere, which the style sheet names.
POINTS = 8.8
STYLE = """body{font:8.8pt 'DejaVu Sans',sans-serif;margin:8px}table{font:inherit;border-collapse:collapse;table-layout:fixed}
td{border:1px solid #ddd;height:19px;padding:0 2px;overflow:hidden;white-space:nowrap;vertical-align:bottom}
td.wrap{white-space:normal;vertical-align:top}td.n{text-align:right}.frozen{border-bottom:2px solid #888}
.chart{position:absolute;border:2px solid #107aa8;background:#107aa822;box-sizing:border-box}main{position:relative}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    chromium = next(path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name)))
    engine = drawn(folder / "rows.db")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        for language in ("en", "ru"):
            for name in REPORT_NAMES:
                draw(engine, browser, folder, name, language)
        browser.close()


def drawn(path: Path) -> Engine:
    """A database with rows for every report."""
    path.unlink(missing_ok=True)
    engine, seeds = open_engine(f"sqlite:///{path}", durable=False), Seeds.of(1)
    for metadata in TARGETS:
        metadata.create_all(engine)
    project(engine, golden())
    for fill in (seeded_tickets, seeded_tasks, seeded_clocks, seeded_drafts):
        fill(engine, seeds)
    books(engine, 1)
    return engine


def report_of(engine: Engine, name: str, language: str) -> Report:
    period, asked_at = Seeds.of(1).scope.period, Seeds.of(1).scope.asked_at
    if name == "month-close":
        return close_report(
            finance_desk(engine, "RUB", InMemoryProjects(PROJECTS)), Scope(SCOPE.period, SCOPE.asked_at, language)
        )
    if name == "process-performance":
        happened = datetime.fromtimestamp(golden()[0].timestamp / 1000).astimezone()
        period = type(period)(happened.date().replace(day=1), happened.date().replace(day=28))
    return build_report(engine, name, Scope(period, asked_at, language))


def draw(engine: Engine, browser: Browser, folder: Path, name: str, language: str) -> None:
    stem = f"{name}-{language}"
    for each in (ReportFormat.XLSX, ReportFormat.PDF):
        with (folder / f"{stem}.{each.value}").open("wb") as out:
            write_report(report_of(engine, name, language), each, out)
    pdf = str(folder / f"{stem}.pdf")
    subprocess.run(["pdftoppm", "-r", "60", "-png", pdf, str(folder / f"{stem}-page")], check=True)
    page = browser.new_page(viewport={"width": 1800, "height": 900})
    for number, sheet in enumerate(sheets((folder / f"{stem}.xlsx").read_bytes()), start=1):
        page.set_content(f"<style>{STYLE}</style><h3>{html.escape(sheet.title)}</h3><main>{''.join(table(sheet))}</main>")
        page.screenshot(path=folder / f"{stem}-sheet-{number}.png", full_page=True)
    page.close()


def table(sheet: Sheet) -> Iterator[str]:
    widths = [width_of(sheet, number) for number in range(1, sheet.max_column + 1)]
    columns = "".join(f"<col style=width:{each}px>" for each in widths)
    yield f"<table style='width:{sum(widths)}px'><colgroup>{columns}</colgroup>"
    last = sheet.max_row
    for row in sheet.iter_rows():
        if ROWS_SHOWN < row[0].row < last:
            continue
        frozen = sheet.freeze_panes == f"A{row[0].row + 1}"
        yield f"<tr{' class=frozen' if frozen else ''}>"
        for cell, width in zip(row, widths, strict=True):
            yield drawn_cell(sheet, cell, width, row)
        yield "</tr>"
    yield "</table>"
    for chart in sheet._charts:  # noqa: SLF001  # the library offers no other way
        at = chart.anchor._from  # noqa: SLF001  # as above
        left = sum(widths[: at.col]) + max(0, at.col - len(widths)) * 64
        place = f"left:{left}px;top:{at.row * (HEIGHT + 1)}px;width:{chart.width * 38}px;height:{chart.height * 38}px"
        yield f"<div class=chart style='{place}'></div>"


def width_of(sheet: Sheet, number: int) -> int:
    letter = get_column_letter(number)
    width = sheet.column_dimensions[letter].width if letter in sheet.column_dimensions else 8.43
    return round(width * PIXELS + ASIDE)


def drawn_cell(sheet: Sheet, cell: Cell, width: int, row: tuple[Cell, ...]) -> str:
    value = evaluated(sheet, cell.value)[0] if cell.data_type == "f" else cell.value
    text, is_number = shown(value, cell.number_format), isinstance(value, (int, float))
    if is_number and len(text) * PIXELS + ASIDE > width:
        text = "#" * (width // PIXELS)
    style = "font-weight:bold;" if cell.font.b else ""
    style += f"font-size:{cell.font.sz * POINTS / 11}pt;" if cell.font.sz and cell.font.sz != 11 else ""
    style += f"background:#{cell.fill.fgColor.rgb[2:]};" if cell.fill.fill_type == "solid" else ""
    following = row[cell.column] if cell.column < len(row) else None
    if not is_number and following is not None and following.value is None and not cell.alignment.wrap_text:
        style += "overflow:visible;"
    classes = ("wrap " if cell.alignment.wrap_text else "") + ("n" if is_number else "")
    return f"<td class='{classes}' style='{style}'>{html.escape(text)}</td>"


def shown(value: object, number_format: str) -> str:
    """A value by its format, as far as reports use formats."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if not isinstance(value, (int, float)):
        return str(value)
    if number_format.startswith("[h]"):
        hours, rest = divmod(round(value) / 1000, 3600)
        return f"{hours:.0f}:{rest // 60:02.0f}:{rest % 60:06.3f}"
    if number_format.endswith("%"):
        return f"{value:.1%}"
    if number_format.startswith('"'):
        return f"{number_format.split('"')[1]}{value:,.0f}"
    digits = number_format.split(";", maxsplit=1)[0].partition(".")[2].count("0")
    return f"{value:,.{digits}f}"


if __name__ == "__main__":
    main()
