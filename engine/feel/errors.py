"""Everything FEEL raises. An expression that merely goes wrong answers null with a warning; these are for the rest."""


class FeelError(Exception):
    """Base of every error of this package."""


class FeelSyntaxError(FeelError):
    """The text is not FEEL; its message shows the place with a caret."""

    def __init__(self, message: str, line: int, column: int, source: str) -> None:
        super().__init__(message, line, column, source)
        self.message = message
        self.line = line
        self.column = column
        self.source = source

    def __str__(self) -> str:
        lines = self.source.splitlines() or [""]
        shown = lines[self.line - 1] if self.line <= len(lines) else ""
        start = max(0, self.column - 61)
        excerpt = shown[start : start + 120].replace("\t", " ")
        caret = " " * (self.column - 1 - start) + "^"
        return f"{self.message} (line {self.line}, column {self.column})\n  {excerpt}\n  {caret}"


class FeelFailure(FeelError):
    """An `assert` of the expression did not hold."""


class FeelBrokenOff(FeelError):
    """The evaluation ends here without an answer, not even null: where Camunda's engine throws."""


class FeelLimitExceeded(FeelError):
    """The expression would take more time or memory than its limits allow."""
