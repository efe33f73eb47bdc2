"""What the finance room refuses, in the language of the page; REST says the same in English."""

from collections.abc import Mapping

from api.i18n import Language
from services.finance import ErrorsStand, MonthLocked, UnreadableFile


def said(language: Language, error: Exception) -> str:
    """The sentences that are put together here; any other as all refusals are."""
    _ = language.gettext
    match error:
        case MonthLocked():
            lock = error.lock
            values = {"month": lock.month, "person": lock.locked_by, "day": lock.locked_at.date(), "lock": lock.lock_id}
            text = _(
                "%(month)s is locked: %(person)s locked it on %(day)s (lock %(lock)s). "
                "Book into an open month, or ask to open it: that takes a reason and two people."
            )
            return text % values
        case ErrorsStand():
            count = error.count
            text = language.ngettext(
                "Nothing was imported: %(count)s row is wrong. Mend it, or import the good rows alone.",
                "Nothing was imported: %(count)s rows are wrong. Mend them, or import the good rows alone.",
                count,
            )
            return text % {"count": count}
        case UnreadableFile():
            return unreadable(language).get(error.code, str(error)) % error.values
    return language.refused(str(error))


def unreadable(language: Language) -> Mapping[str, str]:
    """Why a file cannot be read, and what to do."""
    _ = language.gettext
    return {
        "EMPTY": _("The file is empty: choose the one with the rows."),
        "TOO_LARGE": _("The file has more than %(megabytes)s MB: split it by month."),
        "TOO_MANY_ROWS": _("The file has more than %(most)s rows: split it by month."),
        "NO_TEXT": _("The file is no text and no workbook: save it as CSV (UTF-8) or XLSX."),
        "OLD_OR_LOCKED": _("This is an old Excel file (.xls), or one locked with a password: save it as plain XLSX."),
        "A_DOCUMENT": _("This is a page or a document, whatever its ending: open it in a spreadsheet and save it as XLSX."),
        "NO_HEADER": _("No row names the columns: there must be headings such as Date, Project, Article, Amount, Currency."),
        "NO_ROWS": _("There are headings, but no rows below them."),
        "LINE_DAMAGED": _("Line %(line)s is damaged: perhaps a quote is opened and not closed."),
        "TWO_AMOUNTS": _(
            "Columns %(first)s (%(one)s) and %(second)s (%(other)s) both name an amount: take out the one not to be booked."
        ),
        "SEVERAL_SHEETS": _("Several sheets hold rows under headings (%(names)s): save the right one as a file of its own."),
        "SHEET_HIDDEN": _("The only sheet with headings, “%(name)s”, is hidden: show it, look at it, and save."),
        "ROW_BEYOND": _("The workbook names a row beyond %(last)s, which no sheet has: save it again as XLSX."),
        "DAMAGED": _("The workbook is damaged: open it in a spreadsheet and save it again as XLSX."),
        "DAMAGED_OR_LOCKED": _("The workbook is damaged, or locked with a password: save it again as plain XLSX."),
        "UNPACKS_TO_MORE": _("The workbook unpacks to far more than a ledger needs: save its values alone."),
        "ENTITIES": _("The workbook declares XML entities, which no spreadsheet writes; it was refused."),
        "DOCUMENT_WITHIN": _("Line %(line)s: a document begins before that of line %(before)s ends. Export the file again."),
        "CUT_OFF": _("The file ends within the document of line %(line)s: it was cut off, export it again."),
    }
