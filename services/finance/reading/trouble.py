"""Why a file cannot be read at all, and what to do; troubles of single rows are findings of their own."""

from collections.abc import Mapping

from services.finance.nouns import FinanceError

MAX_ROWS = 50_000
MAX_CELL = 4_000

TEXTS: Mapping[str, str] = {
    "EMPTY": "the file is empty: choose the one with the rows",
    "TOO_LARGE": "the file has more than %(megabytes)s MB: split it by month",
    "TOO_MANY_ROWS": "the file has more than %(most)s rows: split it by month",
    "NO_TEXT": "the file is no text and no workbook: save it as CSV (UTF-8) or XLSX",
    "OLD_OR_LOCKED": "the file is an old Excel file (.xls) or locked with a password: save it as plain XLSX",
    "A_DOCUMENT": "the file is a page or a document, whatever its ending: open it in a spreadsheet, save it as XLSX",
    "NO_HEADER": (
        "no row names the columns: one row must hold headings such as Date, Project, Article, Amount, Currency "
        "(Дата, Проект, Статья, Сумма, Валюта; Дебет and Кредит also stand for an amount)"
    ),
    "NO_ROWS": "the file has a header but no rows below it",
    "LINE_DAMAGED": "line %(line)s is damaged: a quote is opened and not closed?",
    "TWO_AMOUNTS": (
        "columns %(first)s (%(one)s) and %(second)s (%(other)s) both name an amount: take out the one that is not to be booked"
    ),
    "SEVERAL_SHEETS": "several sheets hold rows under headings (%(names)s): save the one to be booked as a file of its own",
    "SHEET_HIDDEN": "the only sheet with headings, “%(name)s”, is hidden: show it, look at it, and save",
    "ROW_BEYOND": "the workbook names a row beyond %(last)s, which no sheet has: save it again as XLSX",
    "DAMAGED": "the workbook is damaged: open it in a spreadsheet and save it again as XLSX",
    "DAMAGED_OR_LOCKED": "the workbook is damaged or locked with a password: save it again as plain XLSX",
    "UNPACKS_TO_MORE": "the workbook unpacks to far more than a ledger needs: save its values alone",
    "ENTITIES": "the workbook declares XML entities, which no spreadsheet writes: refused",
    "DOCUMENT_WITHIN": "line %(line)s: a document begins before that of line %(before)s has ended: export it again",
    "CUT_OFF": "the file ends within the document of line %(line)s: it was cut off, export it again",
}


class UnreadableFile(FinanceError):
    """`code` and `values` are for translations."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(TEXTS[code] % values)
        self.code = code
        self.values = values


def too_many_rows() -> UnreadableFile:
    return UnreadableFile("TOO_MANY_ROWS", most=f"{MAX_ROWS:,}")


def no_header() -> UnreadableFile:
    return UnreadableFile("NO_HEADER")
