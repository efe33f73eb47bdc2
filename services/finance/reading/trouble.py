"""Why a file cannot be read at all; troubles of single rows are findings of their own."""

from services.finance.nouns import FinanceError

MAX_ROWS = 50_000
MAX_CELL = 4_000


class UnreadableFile(FinanceError):
    """The text says what is wrong with the file and what to do."""


def too_many_rows() -> UnreadableFile:
    return UnreadableFile(f"the file has more than {MAX_ROWS:,} rows: split it by month")


def no_header() -> UnreadableFile:
    return UnreadableFile(
        "no row names the columns: one row must hold headings such as Date, Project, Article, Amount, Currency "
        "(Дата, Проект, Статья, Сумма, Валюта; Дебет and Кредит also stand for an amount)"
    )
