"""The parser's place in the tokens: looking, taking, complaining, and the limit on nesting."""

from typing import NoReturn

from engine.feel.dialect import Dialect
from engine.feel.errors import FeelLimitExceeded, FeelSyntaxError
from engine.feel.lexer import Token, tokenize
from engine.feel.names import NameTable
from engine.feel.run import DEFAULT_LIMITS, position_of

MAX_NESTING = 80
MAX_CHAIN = 250


class Cursor:
    """Tokens of one text and the index of the next."""

    def __init__(self, source: str, dialect: Dialect, names: NameTable) -> None:
        if len(source) > DEFAULT_LIMITS.source_length:
            raise FeelLimitExceeded(
                f"An expression of {len(source)} characters is longer than the limit of {DEFAULT_LIMITS.source_length}."
            )
        self.source = source
        self.dialect = dialect
        self.names = names
        self.tokens = tokenize(source, dialect)
        self.index = 0
        self.nesting = 0

    @property
    def token(self) -> Token:
        """The next token."""
        return self.tokens[self.index]

    def ahead(self, offset: int) -> Token:
        """A later token, or the end."""
        return self.tokens[min(self.index + offset, len(self.tokens) - 1)]

    def at(self, text: str) -> bool:
        """Whether the next token is this symbol or word."""
        token = self.tokens[self.index]
        return token.text == text and token.kind in {"symbol", "name"}

    def take(self, text: str) -> bool:
        """Step over the symbol or word if it comes next."""
        if self.at(text):
            self.index += 1
            return True
        return False

    def advance(self) -> Token:
        """Step over the next token."""
        token = self.tokens[self.index]
        self.index += 1
        return token

    def expect(self, text: str) -> Token:
        """Step over a symbol or word that must come next."""
        if not self.at(text):
            self.fail(f"Expected '{text}' but found {self.describe()}")
        return self.advance()

    def describe(self) -> str:
        """The next token in words."""
        return "the end of the expression" if self.token.kind == "end" else f"'{self.token.text[:40]}'"

    def fail(self, message: str, token: Token | None = None) -> NoReturn:
        """Refuse the text at this token."""
        start = (token or self.token).start
        raise FeelSyntaxError(message, *position_of(self.source, start), self.source)

    def enter(self) -> None:
        """Go one level deeper."""
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise FeelLimitExceeded(f"The expression is nested more than {MAX_NESTING} levels deep.")

    def leave(self) -> None:
        """Come back one level."""
        self.nesting -= 1
