"""Tokens to syntax: precedence climbing for operators; primaries live in `primaries.py`, unary tests in `unary_parser.py`."""

from engine.feel.cursor import MAX_CHAIN, Cursor
from engine.feel.dialect import Dialect
from engine.feel.errors import FeelLimitExceeded
from engine.feel.lexer import Token
from engine.feel.names import KEYWORDS, PROPERTIES, NameTable, is_word
from engine.feel.syntax import (
    Argument,
    Arithmetic,
    Between,
    Comparison,
    Filter,
    In,
    InstanceOf,
    Invocation,
    Logical,
    Name,
    Negation,
    Node,
    Path,
    RangeLiteral,
    UnaryComparison,
)

LEVELS = (("or",), ("and",), ("=", "!=", "<", "<=", ">", ">="), ("+", "-"), ("*", "/"), ("**",))
COMPARISON_LEVEL = 2
ADDITIVE_LEVEL = 3
COMPARATORS = frozenset(LEVELS[COMPARISON_LEVEL])
# After one of these a `[` closes a turned-around range (`]1..3[`); before anything else it opens a filter.
_NO_EXPRESSION_START = frozenset({
    ")", ",", "]", "}", "and", "or", "=", "!=", "<=", ">", ">=", "*", "/", "+", "then", "else", "return", "satisfies", ".",
})  # fmt: skip


class OperatorParser:
    """Operators and what follows a primary: paths, filters, invocations."""

    def __init__(self, cursor: Cursor, properties: NameTable | None = None) -> None:
        self.cursor = cursor
        self.properties = properties or NameTable(PROPERTIES)
        self.closing_range = False

    def expression(self, level: int = 0) -> Node:
        """An expression whose operators bind at least as tightly as `level`."""
        self.cursor.enter()
        node = self._binary(level)
        self.cursor.leave()
        return node

    def primary(self) -> Node:
        """The smallest pieces; defined where they are parsed."""
        raise NotImplementedError

    def type_name(self) -> "Node":
        """A type; defined where types are parsed."""
        raise NotImplementedError

    def _binary(self, level: int) -> Node:
        if level == len(LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        chain = 0
        while True:
            following = self._operator(level, left)
            if following is None:
                return left
            left = following
            if level == COMPARISON_LEVEL and self.cursor.dialect is Dialect.CAMUNDA:
                return left
            chain += 1
            if chain > MAX_CHAIN:
                raise FeelLimitExceeded(f"More than {MAX_CHAIN} operators follow each other; use parentheses or a list.")

    def _operator(self, level: int, left: Node) -> Node | None:
        token = self.cursor.token
        if token.kind in {"symbol", "name"} and token.text in LEVELS[level]:
            self.cursor.advance()
            right = self._binary(level + 1)
            if level == COMPARISON_LEVEL:
                return Comparison(token.text, left, right, at=token.start)
            return (Logical if level < COMPARISON_LEVEL else Arithmetic)(token.text, left, right, at=token.start)
        if level == COMPARISON_LEVEL and token.kind == "name":
            return self._worded_comparison(token, left)
        return None

    def _worded_comparison(self, token: Token, left: Node) -> Node | None:
        if token.text == "between":
            self.cursor.advance()
            low = self.expression(ADDITIVE_LEVEL)
            self.cursor.expect("and")
            return Between(left, low, self.expression(ADDITIVE_LEVEL), at=token.start)
        if token.text == "in":
            self.cursor.advance()
            return In(left, self.tests_after_in(), at=token.start)
        if token.text == "instance" and self.cursor.ahead(1).text == "of":
            self.cursor.index += 2
            return InstanceOf(left, self.type_name(), at=token.start)  # type: ignore[arg-type]
        return None

    def tests_after_in(self) -> tuple[Node, ...]:
        """What may follow `in`: one test, or several in parentheses."""
        if not self.cursor.at("("):
            return (self.positive_test(ADDITIVE_LEVEL),)
        opening = self.cursor.advance()
        tests = [self.positive_test(0)]
        if self.cursor.take(".."):
            return (self.range_end(tests[0], included=False, opening=opening),)
        while self.cursor.take(","):
            tests.append(self.positive_test(0))
        self.cursor.expect(")")
        return tuple(tests)

    def positive_test(self, level: int) -> Node:
        """A comparison with the input, or an expression (which may be a range)."""
        token = self.cursor.token
        if token.kind == "symbol" and token.text in COMPARATORS:
            self.cursor.advance()
            return UnaryComparison(token.text, self.expression(ADDITIVE_LEVEL), at=token.start)
        return self.expression(level)

    def range_end(self, low: Node, *, included: bool, opening: Token) -> Node:
        """The part of a range after `..`."""
        outer, self.closing_range = self.closing_range, True
        high = self.expression(ADDITIVE_LEVEL)
        self.closing_range = outer
        closing = self.cursor.token
        if closing.text not in {"]", ")", "["} or closing.kind != "symbol":
            self.cursor.fail(f"Expected ']', ')' or '[' at the end of the range but found {self.cursor.describe()}")
        self.cursor.advance()
        return RangeLiteral(low, high, included, closing.text == "]", at=opening.start)

    def _unary(self) -> Node:
        token = self.cursor.token
        if token.kind == "symbol" and token.text == "-":
            self.cursor.advance()
            self.cursor.enter()
            operand = self._unary()
            self.cursor.leave()
            return Negation(operand, at=token.start)
        return self._postfix(self.primary())

    def _postfix(self, node: Node) -> Node:
        chain = 0
        while True:
            token = self.cursor.token
            if token.kind != "symbol" or token.text not in {".", "[", "("}:
                return node
            if token.text == "[" and self._closes_range():
                return node
            if token.text == "(" and not self._callable(node):
                return node
            self.cursor.advance()
            if token.text == ".":
                node = Path(node, self._property_name(), at=token.start)
            elif token.text == "[":
                node = self._filter(node, token)
            else:
                node = Invocation(node, self.arguments(), at=node.at)
            chain += 1
            if chain > MAX_CHAIN:
                raise FeelLimitExceeded(f"More than {MAX_CHAIN} paths, filters and calls follow each other.")

    def _callable(self, node: Node) -> bool:
        # Camunda calls functions by their qualified names only; the standard calls whatever an expression yields.
        if self.cursor.dialect is Dialect.STRICT:
            return True
        while isinstance(node, Path):
            node = node.source
        return isinstance(node, Name)

    def _filter(self, node: Node, token: Token) -> Node:
        outer, self.closing_range = self.closing_range, False
        condition = self.expression()
        self.closing_range = outer
        self.cursor.expect("]")
        return Filter(node, condition, at=token.start)

    def _closes_range(self) -> bool:
        if not self.closing_range:
            return False
        after = self.cursor.ahead(1)
        return after.kind == "end" or after.text in _NO_EXPRESSION_START

    def _property_name(self) -> str:
        cursor = self.cursor
        if cursor.token.kind == "quoted":
            return cursor.advance().text[1:-1]
        for table in (self.properties, cursor.names):
            known = table.match(cursor.tokens, cursor.index)
            if known is not None:
                cursor.index += known[1]
                return known[0]
        if cursor.token.kind != "name":
            cursor.fail(f"Expected a name after '.' but found {cursor.describe()}")
        words = [cursor.advance().text]
        while cursor.dialect is Dialect.STRICT and is_word(cursor.token) and words[-1] not in KEYWORDS:
            words.append(cursor.advance().text)
        return " ".join(words)

    def arguments(self) -> tuple[Argument, ...]:
        """The arguments of a call, after its opening parenthesis."""
        outer, self.closing_range = self.closing_range, False
        arguments: list[Argument] = []
        if not self.cursor.take(")"):
            arguments.append(self._argument())
            while self.cursor.take(","):
                arguments.append(self._argument())
            self.cursor.expect(")")
        self.closing_range = outer
        if len({argument.name is None for argument in arguments}) > 1:
            self.cursor.fail("Named and positional arguments cannot be mixed")
        return tuple(arguments)

    def _argument(self) -> Argument:
        cursor = self.cursor
        words = 0
        while is_word(cursor.ahead(words)) or (words and cursor.ahead(words).kind == "name"):
            words += 1
        if words and cursor.ahead(words).text == ":" and cursor.ahead(words).kind == "symbol":
            start = cursor.token.start
            name = " ".join(cursor.advance().text for _ in range(words))
            cursor.advance()
            return Argument(self.argument_value(), name, at=start)
        return Argument(self.argument_value(), at=cursor.token.start)

    def argument_value(self) -> Node:
        """The value of an argument."""
        return self.expression()
