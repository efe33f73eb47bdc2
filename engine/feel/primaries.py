"""Parsing of what operators join: literals, names, lists, contexts, ranges, `if`, loops, functions and types."""

from decimal import Decimal

from engine.feel.dialect import Dialect
from engine.feel.lexer import NAME, Token, unescape
from engine.feel.names import CALLS_WITH_KEYWORDS, KEYWORDS, NameTable, is_word
from engine.feel.numbers import MAGNITUDE
from engine.feel.parser import ADDITIVE_LEVEL, COMPARATORS, OperatorParser
from engine.feel.syntax import (
    ContextLiteral,
    Entry,
    For,
    FunctionLiteral,
    If,
    Iteration,
    Iterator,
    ListLiteral,
    Literal,
    Name,
    Node,
    Parameter,
    Quantified,
    RangeLiteral,
    TemporalLiteral,
    TypeName,
    UnaryComparison,
)

_CALLS = NameTable(CALLS_WITH_KEYWORDS)
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


class ExpressionParser(OperatorParser):
    """The whole grammar of expressions."""

    def primary(self) -> Node:
        token = self.cursor.token
        match token.kind:
            case "number":
                return self._number()
            case "string":
                self.cursor.advance()
                return Literal(unescape(token.text[1:-1], self.cursor.dialect), at=token.start)
            case "temporal":
                self.cursor.advance()
                return TemporalLiteral(unescape(token.text[2:-1], self.cursor.dialect), at=token.start)
            case "quoted":
                self.cursor.advance()
                return Name(token.text[1:-1], at=token.start)
            case "name":
                return self._word(token)
            case "symbol":
                return self._bracketed(token)
        return self.cursor.fail(f"Expected an expression but found {self.cursor.describe()}")

    def _number(self) -> Node:
        token = self.cursor.advance()
        following = self.cursor.token
        if following.kind in {"name", "number"} and following.start == token.end:
            self.cursor.fail(f"Unexpected {self.cursor.describe()} after the number {token.text}")
        if len(token.text) > MAGNITUDE:
            self.cursor.fail("The number has too many digits", token)
        value = Decimal(token.text)
        if value and abs(value.adjusted()) > MAGNITUDE:
            self.cursor.fail("The number is too large", token)
        return Literal(value, at=token.start)

    def _word(self, token: Token) -> Node:
        known = self._known_name()
        if known is not None:
            return Name(known, at=token.start)
        match token.text:
            case "true" | "false" | "null":
                self.cursor.advance()
                return Literal(_CONSTANTS[token.text], at=token.start)
            case "if":
                return self._if()
            case "for":
                return self._for()
            case "some" | "every":
                return self._quantified()
            case "function":
                return self._function()
        if token.text in {"and", "or"} and self.cursor.ahead(1).text == "(":
            return Name(self.cursor.advance().text, at=token.start)
        if token.text in KEYWORDS:
            self.cursor.fail(f"Expected an expression but found {self.cursor.describe()}")
        return self._plain_name()

    def _known_name(self) -> str | None:
        known = self.cursor.names.match(self.cursor.tokens, self.cursor.index)
        if known is None:
            known = _CALLS.match(self.cursor.tokens, self.cursor.index)
            if known is None or self.cursor.ahead(known[1]).text != "(":
                return None
        self.cursor.index += known[1]
        return known[0]

    def _plain_name(self) -> Node:
        cursor = self.cursor
        words = 1
        while is_word(cursor.ahead(words)):
            words += 1
        start = cursor.token.start
        call = cursor.ahead(words).text == "(" and cursor.ahead(words).kind == "symbol"
        if not call and cursor.dialect is Dialect.CAMUNDA:
            words = 1
        return Name(" ".join(cursor.advance().text for _ in range(words)), at=start)

    def _bracketed(self, token: Token) -> Node:
        outer, self.closing_range = self.closing_range, False
        match token.text:
            case "(":
                node = self._parenthesis()
            case "[":
                node = self._list_or_range()
            case "]":
                opening = self.cursor.advance()
                low = self.expression(ADDITIVE_LEVEL)
                self.cursor.expect("..")
                node = self.range_end(low, included=False, opening=opening)
            case "{":
                node = self._context()
            case "?":
                self.cursor.advance()
                node = Name("?", at=token.start)
            case _:
                self.cursor.fail(f"Expected an expression but found {self.cursor.describe()}")
        self.closing_range = outer
        return node

    def _parenthesis(self) -> Node:
        opening = self.cursor.advance()
        token = self.cursor.token
        if token.kind == "symbol" and token.text in COMPARATORS and self.cursor.dialect is Dialect.STRICT:
            self.cursor.advance()
            node: Node = UnaryComparison(token.text, self.expression(ADDITIVE_LEVEL), at=token.start)
        else:
            node = self.expression()
            if self.cursor.take(".."):
                return self.range_end(node, included=False, opening=opening)
        self.cursor.expect(")")
        return node

    def _list_or_range(self) -> Node:
        opening = self.cursor.advance()
        if self.cursor.take("]"):
            return ListLiteral((), at=opening.start)
        items = [self._list_item()]
        if self.cursor.take(".."):
            return self.range_end(items[0], included=True, opening=opening)
        while self.cursor.take(","):
            items.append(self._list_item())
        self.cursor.expect("]")
        return ListLiteral(tuple(items), at=opening.start)

    def _list_item(self) -> Node:
        return self.expression()

    def _context(self) -> Node:
        opening = self.cursor.advance()
        entries: list[Entry] = []
        if not self.cursor.take("}"):
            entries.append(self._entry())
            while self.cursor.take(","):
                entries.append(self._entry())
            self.cursor.expect("}")
        return ContextLiteral(tuple(entries), at=opening.start)

    def _entry(self) -> Entry:
        start = self.cursor.token.start
        written = self.cursor.token.kind == "name"
        key = self._key()
        self.cursor.expect(":")
        value = self.expression()
        if written or all(map(NAME.fullmatch, key.split())):
            self.cursor.names.add(key)
        return Entry(key, value, at=start)

    def _key(self) -> str:
        cursor = self.cursor
        token = cursor.token
        if token.kind == "string":
            cursor.advance()
            return unescape(token.text[1:-1], cursor.dialect)
        if token.kind == "quoted":
            return cursor.advance().text[1:-1]
        if token.kind != "name":
            cursor.fail(f"Expected the key of an entry but found {cursor.describe()}")
        while cursor.token.kind in {"name", "number"} or cursor.token.text in {"+", "-", "*", "/", "'", "."}:
            cursor.advance()
        end = cursor.tokens[cursor.index - 1].end
        return " ".join(cursor.source[token.start : end].split())

    def _if(self) -> Node:
        start = self.cursor.advance().start
        condition = self.expression()
        self.cursor.expect("then")
        then = self.expression()
        self.cursor.expect("else")
        return If(condition, then, self.expression(), at=start)

    def _iterators(self) -> tuple[Iterator, ...]:
        iterators = [self._iterator()]
        while self.cursor.take(","):
            iterators.append(self._iterator())
        return tuple(iterators)

    def _iterator(self) -> Iterator:
        start = self.cursor.token.start
        name = self._declared_name("in")
        self.cursor.expect("in")
        source = self.expression()
        if self.cursor.take(".."):
            source = Iteration(source, self.expression(), at=source.at)
        elif self.cursor.dialect is Dialect.CAMUNDA and isinstance(source, RangeLiteral):
            self.cursor.fail("A loop runs over 'low..high' without brackets", self.cursor.tokens[self.cursor.index - 1])
        return Iterator(name, source, at=start)

    def _declared_name(self, *ends: str) -> str:
        cursor = self.cursor
        if cursor.token.kind == "quoted":
            return cursor.advance().text[1:-1]
        first = cursor.token
        while cursor.token.kind != "end" and not any(cursor.at(end) for end in ends):
            if cursor.token.kind not in {"name", "number"} and cursor.token.text not in {"+", "-", "*", "/", "'"}:
                break
            cursor.advance()
        if cursor.token is first or first.kind != "name":
            cursor.fail(f"Expected a name but found {cursor.describe()}")
        end = cursor.tokens[cursor.index - 1].end
        name = " ".join(cursor.source[first.start : end].split())
        cursor.names.add(name)
        return name

    def _for(self) -> Node:
        start = self.cursor.advance().start
        iterators = self._iterators()
        self.cursor.expect("return")
        return For(iterators, self.expression(), at=start)

    def _quantified(self) -> Node:
        token = self.cursor.advance()
        iterators = self._iterators()
        self.cursor.expect("satisfies")
        return Quantified(token.text, iterators, self.expression(), at=token.start)

    def _function(self) -> Node:
        start = self.cursor.advance().start
        self.cursor.expect("(")
        parameters: list[Parameter] = []
        if not self.cursor.take(")"):
            parameters.append(self._parameter())
            while self.cursor.take(","):
                parameters.append(self._parameter())
            self.cursor.expect(")")
        external = self.cursor.take("external")
        return FunctionLiteral(tuple(parameters), self.expression(), external, at=start)

    def _parameter(self) -> Parameter:
        start = self.cursor.token.start
        name = self._declared_name(",", ")", ":")
        return Parameter(name, self.type_name() if self.cursor.take(":") else None, at=start)

    def type_name(self) -> TypeName:
        """A type: a name of one or more words, with parameters in the standard's dialect."""
        cursor = self.cursor
        start = cursor.token.start
        if cursor.dialect is Dialect.STRICT and cursor.at("function") and cursor.ahead(1).text == "<":
            return self._function_type(start)
        words: list[str] = []
        if cursor.token.kind == "quoted":
            words.append(cursor.advance().text[1:-1])
        while not words or cursor.token.kind == "name":
            token = cursor.token
            if token.kind != "name":
                cursor.fail(f"Expected the name of a type but found {cursor.describe()}")
            if words and token.text in KEYWORDS and not self._continues_type(words, token.text):
                break
            words.append(cursor.advance().text)
            while cursor.at(".") and cursor.ahead(1).kind == "name":
                cursor.advance()
                words[-1] += "." + cursor.advance().text
        if cursor.dialect is Dialect.STRICT and cursor.at("<"):
            return self._generic_type(" ".join(words), start)
        return TypeName(" ".join(words), at=start)

    def _continues_type(self, words: list[str], word: str) -> bool:
        following = self.cursor.ahead(1).text
        return word == "and" and (words[-1], following) in {("date", "time"), ("days", "time"), ("years", "months")}

    def _generic_type(self, name: str, start: int) -> TypeName:
        cursor = self.cursor
        cursor.enter()
        cursor.expect("<")
        arguments: list[TypeName] = []
        entries: list[str] = []
        while True:
            if name == "context":
                entries.append(self._declared_name(":"))
                cursor.expect(":")
            arguments.append(self.type_name())
            if not cursor.take(","):
                break
        cursor.expect(">")
        cursor.leave()
        return TypeName(name, tuple(arguments), tuple(entries), at=start)

    def _function_type(self, start: int) -> TypeName:
        cursor = self.cursor
        cursor.enter()
        cursor.index += 2
        arguments: list[TypeName] = []
        while not cursor.at(">"):
            arguments.append(self.type_name())
            if not cursor.take(","):
                break
        cursor.expect(">")
        cursor.expect("->")
        arguments.append(self.type_name())
        cursor.leave()
        return TypeName("function", tuple(arguments), at=start)
