"""The part of a report that says how its numbers came about."""

from services.reports.scope import Scope
from services.reports.texts import translator


def method(scope: Scope, *definitions: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Filters and the moment of asking, then what each word means, then what every report does to text."""
    _ = translator(scope.language)
    period = scope.period
    return (
        (_("Period"), f"{period.first.isoformat()} – {period.last.isoformat()}"),
        (_("Rows were read at"), scope.asked_at.strftime("%Y-%m-%d %H:%M:%S UTC")),
        (_("Days and moments"), _("In UTC; the last day of the period is included.")),
        *definitions,
        (
            _("Text"),
            _(
                "Control characters are left out. Excel holds 32,767 characters in a cell; longer text is cut and says so. "
                "In CSV, text that a spreadsheet could take for a formula begins with an apostrophe."
            ),
        ),
    )
