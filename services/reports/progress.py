"""How writing a report goes, and how it may end early."""

REPORT_EVERY_ROWS = 500


class ReportCancelled(Exception):
    """Somebody no longer wants the report."""


class TooManyRows(Exception):
    """The format cannot hold that many rows."""

    def __init__(self, most: int) -> None:
        super().__init__(f"an Excel sheet holds {most:,} rows and this report has more: choose a shorter period, or CSV")
