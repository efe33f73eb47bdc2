"""Words of the finance pages: every code a person may see, with the tone it is shown in."""

from collections.abc import Mapping

from api.i18n import Language
from services.finance import CloseState, RateSource


def close_states(language: Language) -> Mapping[str, tuple[str, str]]:
    _ = language.gettext
    return {
        CloseState.COLLECTING: (_("Being explained and checked"), "active"),
        CloseState.RETURNED: (_("Sent back"), "warn"),
        CloseState.APPROVING: (_("Waits for approval"), "active"),
        CloseState.APPROVED: (_("Approved"), "good"),
        CloseState.LOCKED: (_("Locked"), "completed"),
        CloseState.ABANDONED: (_("Abandoned"), ""),
    }


def reasons(language: Language) -> Mapping[str, str]:
    """What the table of tolerances answers; a reason of a designer's own is shown as it stands."""
    _ = language.gettext
    return {
        "SMALL_AMOUNT": _("a small amount"),
        "UNPLANNED": _("nobody planned it"),
        "NOTHING_BOOKED": _("planned, but nothing was booked"),
        "WITHIN_TOLERANCE": _("within tolerance"),
        "FAVOURABLE": _("favourable"),
        "BEYOND_TOLERANCE": _("beyond tolerance"),
        "NOT_JUDGED": _("the table has no rule for it"),
    }


def findings(language: Language) -> Mapping[str, str]:
    """What is wrong with a row, and what to do."""
    _ = language.gettext
    return {
        "DATE_MISSING": _("There is no date: fill it in."),
        "DATE_UNREADABLE": _("This is no date: write it as 2026-03-31 or 31.03.2026."),
        "DATE_IMPOSSIBLE": _("The calendar has no such day: look it up."),
        "DATE_AMBIGUOUS": _("Day and month could be either way round: write it as 2026-03-31."),
        "MONTH_LOCKED": _("This month is locked (%(value)s): book into an open month, or have it unlocked."),
        "CURRENCY_UNKNOWN": _("There is no such currency: write its code, as EUR or RUB."),
        "CURRENCY_DISAGREES": _("The row names several currencies: leave one, in the column and beside the amount."),
        "CELL_ERROR": _("The spreadsheet could not work this out: mend it there, or write what it should be."),
        "CELL_FORMULA": _("A formula without its result: open the file in a spreadsheet and save it, or write the value."),
        "ROW_REPEATED": _("Row %(value)s says the same: leave one out, or tell them apart here."),
        "ROW_BOOKED_BEFORE": _("%(value)s entered the very same before: leave the row out, or tell them apart here."),
        "PROJECT_MISSING": _("No project is named: choose one."),
        "PROJECT_UNKNOWN": _("There is no such project: choose one, or add it to the directories."),
        "ARTICLE_MISSING": _("No article is named: choose one."),
        "ARTICLE_UNKNOWN": _("There is no such article: choose one, or add it."),
        "AMOUNT_MISSING": _("There is no amount: fill it in."),
        "AMOUNT_UNREADABLE": _("This is no amount: write it as 1234.56."),
        "AMOUNT_AMBIGUOUS": _("Thousands or decimals? Write it as 1234.00 or 1.23."),
        "AMOUNT_ZERO": _("The amount is nothing: fill it in, or leave the row out."),
        "AMOUNT_TOO_LARGE": _("The amount is too large to be right: check it."),
        "AMOUNT_TOO_PRECISE": _("The amount has more decimals than the currency: round it."),
    }


def columns(language: Language) -> Mapping[str, str]:
    _ = language.gettext
    return {
        "date": _("Date"),
        "project": _("Project"),
        "article": _("Article"),
        "amount": _("Amount"),
        "debit": _("Debit"),
        "credit": _("Credit"),
        "currency": _("Currency"),
        "document": _("Document"),
        "counterparty": _("Counterparty"),
        "text": _("Text"),
    }


def sources(language: Language) -> Mapping[str, tuple[str, str]]:
    _ = language.gettext
    return {
        RateSource.BASE: (_("Base currency"), ""),
        RateSource.AVERAGE: (_("Average, no gaps"), "good"),
        RateSource.AVERAGE_WITH_GAPS: (_("Average with gaps"), "warn"),
        RateSource.MANUAL: (_("By hand"), "info"),
        RateSource.MISSING: (_("No rate"), "bad"),
    }


def actions(language: Language) -> Mapping[str, tuple[str, str]]:
    _ = language.gettext
    return {
        "close_opened": (_("opened the close"), "active"),
        "close_abandoned": (_("abandoned the close"), "incident"),
        "imported": (_("imported"), "completed"),
        "rates": (_("loaded rates"), ""),
        "manual_rate": (_("entered a rate by hand"), "incident"),
        "checked": (_("checked the close"), "active"),
        "sent_back": (_("sent the close back"), "incident"),
        "approved": (_("approved the close"), "active"),
        "locked": (_("locked the month"), "completed"),
        "unlock_requested": (_("asked to unlock the month"), "incident"),
        "unlock_refused": (_("turned the request to unlock down"), ""),
        "unlocked": (_("unlocked the month"), "incident"),
        "version_created": (_("made a version"), ""),
        "version_frozen": (_("froze a version"), "completed"),
    }


def shapes(language: Language) -> Mapping[str, str]:
    _ = language.gettext
    return {"csv": "CSV", "xlsx": "Excel", "1c_bank": _("1C bank exchange")}
