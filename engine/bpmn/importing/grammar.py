"""A grammar that JUEL, Groovy, JavaScript and Python have in common as far as an expression only asks; its answer is FEEL.

Comparisons, arithmetic, logic, choices, lists and maps are the same in all. Whatever assigns, calls a service or runs over a
list is refused.
"""

import re
from dataclasses import dataclass, field

from engine.bpmn.importing import words

_DEEPEST = 60
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
      | (?P<number>\d+(?:\.\d+)?)(?![A-Za-z_])
      | (?P<word>[^\W\d]\w*)
      | (?P<sign>===|!==|==|!=|<=|>=|&&|\|\||[-+*/%<>!(),.\[\]{}:?])
    )""",
    re.VERBOSE,
)
_NAME = re.compile(r"[^\W\d]\w*")
# How tightly a piece of FEEL binds.
_CHOICE, _OR, _AND, _COMPARISON, _SUM, _PRODUCT, _UNARY, _WHOLE = range(8)


class NotTranslatable(ValueError):
    """There is no FEEL for this; the message says for which part."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the answer: its text, and how tightly it binds."""

    text: str
    binds: int = _WHOLE

    def within(self, binds: int) -> str:
        return self.text if self.binds >= binds else f"({self.text})"


@dataclass(slots=True)
class Reader:
    """Reads one expression. In Python `not` binds more loosely than a comparison, in JUEL more tightly."""

    tokens: list[tuple[str, str]]
    python: bool
    place: int = 0
    depth: int = field(default=0)

    def whole(self) -> str:
        answer = self.choice().text
        if self.place < len(self.tokens):
            raise NotTranslatable(f"'{self.tokens[self.place][1]}' has no counterpart in FEEL")
        return answer

    def choice(self) -> Piece:
        self._deeper()
        first = self._or()
        if self._take("?"):
            then = self.choice()
            self._expect(":")
            first = _choice(first, then, self.choice())
        elif self._take("if"):
            condition = self._or()
            self._expect("else")
            first = _choice(condition, first, self.choice())
        self.depth -= 1
        return first

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise NotTranslatable("it is nested too deeply")

    def _or(self) -> Piece:
        first = self._and()
        while self._take_one(words.OR):
            first = Piece(f"{first.within(_OR)} or {self._and().within(_AND)}", _OR)
        return first

    def _and(self) -> Piece:
        first = self._negation()
        while self._take_one(words.AND):
            first = Piece(f"{first.within(_AND)} and {self._negation().within(_COMPARISON)}", _AND)
        return first

    def _negation(self) -> Piece:
        if not self.python or not self._take("not"):
            return self._comparison()
        self._deeper()
        negated = self._negation()
        self.depth -= 1
        return Piece(f"not({negated.text})")

    def _comparison(self) -> Piece:
        first = self._sum()
        if self.python and self._peek() in {"in", "not"}:
            return self._membership(first)
        operator = self._take_one(words.COMPARISONS)
        if operator is None:
            return first
        if operator == "is" and self._take("not"):
            operator = "!="
        sign = words.COMPARISONS[operator]
        return Piece(f"{first.within(_SUM)} {sign} {self._sum().within(_SUM)}", _COMPARISON)

    def _membership(self, item: Piece) -> Piece:
        """`x in [a, b]`; of a name nobody knows whether it is a text, a list or a map."""
        negated = self._take("not")
        self._expect("in")
        if self._peek() != "[":
            raise NotTranslatable("'in' asks a text, a list or a map, and which of them is not said")
        asked = f"list contains({self._sum().text}, {item.text})"
        return Piece(f"not({asked})" if negated else asked)

    def _sum(self) -> Piece:
        first = self._product()
        while operator := self._take_one(words.SUMS):
            first = Piece(f"{first.within(_SUM)} {operator} {self._product().within(_PRODUCT)}", _SUM)
        return first

    def _product(self) -> Piece:
        first = self._unary()
        while operator := self._take_one(words.PRODUCTS):
            sign, second = words.PRODUCTS[operator], self._unary()
            if sign == "modulo":
                first = Piece(f"modulo({first.text}, {second.text})")
            else:
                first = Piece(f"{first.within(_PRODUCT)} {sign} {second.within(_UNARY)}", _PRODUCT)
        return first

    def _unary(self) -> Piece:
        self._deeper()
        answer = self._signed()
        self.depth -= 1
        return answer

    def _signed(self) -> Piece:
        if self._take("-"):
            return Piece(f"-{self._unary().within(_WHOLE)}", _UNARY)
        if self._take("!") or (not self.python and self._take("not")):
            return Piece(f"not({self._unary().text})")
        if not self.python and self._take("empty"):
            return Piece(words.EMPTY.format(self._unary().within(_WHOLE)))
        return self._followed(self._first())

    def _first(self) -> Piece:
        kind, text = self._next()
        if kind == "text":
            return Piece(_quoted(text))
        if kind == "number":
            return Piece(text)
        if kind == "word":
            return self._word(text)
        if text == "(":
            inner = self.choice()
            self._expect(")")
            return inner
        if text == "[":
            return Piece(f"[{', '.join(self._until(']'))}]")
        if text == "{":
            return self._map()
        raise NotTranslatable(f"'{text}' has no counterpart in FEEL" if text else "it ends too early")

    def _word(self, word: str) -> Piece:
        if word in words.LITERALS:
            return Piece(words.LITERALS[word])
        if word == "execution" and self._peek() == ".":
            return self._variable_of_the_execution()
        if self._take("("):
            return self._called((word, self._until(")")), words.FUNCTIONS, ())
        if word in words.CODE:
            raise NotTranslatable(f"'{word}' is code, not data")
        return Piece(word if self.python else words.COUNTERS.get(word, word))

    def _variable_of_the_execution(self) -> Piece:
        """`execution.getVariable('x')` is x, `execution.hasVariable('x')` whether it is there."""
        self._expect(".")
        _, method = self._next()
        if method not in {"getVariable", "hasVariable"} or not self._take("("):
            raise NotTranslatable("'execution' is code, not data")
        kind, text = self._next()
        if kind != "text" or _NAME.fullmatch(text[1:-1]) is None:
            raise NotTranslatable("which variable it asks for is computed")
        self._expect(")")
        name = text[1:-1]
        return Piece(name) if method == "getVariable" else Piece(f"{name} != null", _COMPARISON)

    def _followed(self, first: Piece) -> Piece:
        while True:
            if self._take("."):
                kind, name = self._next()
                if kind != "word":
                    raise NotTranslatable(f"'.{name}' has no counterpart in FEEL")
                if self._take("("):
                    first = self._method(first, name, self._until(")"))
                else:
                    first = Piece(f"{first.within(_WHOLE)}.{name}")
            elif self._take("["):
                first = self._item(first)
            else:
                return first

    def _method(self, owner: Piece, name: str, arguments: list[str]) -> Piece:
        if name == "get" and arguments and arguments[0].startswith('"'):
            found = _entry(owner, arguments[0])
            return found if len(arguments) == 1 else Piece(f"get or else({found.text}, {', '.join(arguments[1:])})")
        return self._called((name, arguments), words.METHODS, (owner.within(_WHOLE),))

    @staticmethod
    def _called(call: tuple[str, list[str]], known: dict[tuple[str, int], str], owner: tuple[str, ...]) -> Piece:
        name, arguments = call
        template = known.get((name, len(arguments)))
        if template is None:
            raise NotTranslatable(f"'{name}' is code, not data")
        return Piece(template.format(*owner, *arguments))

    def _item(self, owner: Piece) -> Piece:
        """`x['a']` is a way, `x[0]` the first item: FEEL counts from 1."""
        negative = self._take("-")
        kind, text = self._next()
        self._expect("]")
        if kind == "text" and not negative:
            return _entry(owner, _quoted(text))
        if kind != "number" or not text.isdigit():
            raise NotTranslatable("which item it takes is computed")
        return Piece(f"{owner.within(_WHOLE)}[{-int(text) if negative else int(text) + 1}]")

    def _map(self) -> Piece:
        entries = []
        while not self._take("}"):
            kind, key = self._next()
            if kind not in ({"text"} if self.python else {"text", "word"}):
                raise NotTranslatable(f"'{key}' is no key of a map")
            self._expect(":")
            entries.append(f"{_quoted(key) if kind == 'text' else _quoted(repr(key))}: {self.choice().text}")
            if not self._take(",") and self._peek() != "}":
                raise NotTranslatable("it is no map of keys and values")
        return Piece(f"{{{', '.join(entries)}}}")

    def _until(self, end: str) -> list[str]:
        items: list[str] = []
        while not self._take(end):
            items.append(self.choice().text)
            if not self._take(",") and self._peek() != end:
                raise NotTranslatable(f"'{self._peek() or 'the end'}' stands where '{end}' should")
        return items

    def _peek(self) -> str:
        kind, text = self.tokens[self.place] if self.place < len(self.tokens) else ("", "")
        return "" if kind == "text" else text

    def _next(self) -> tuple[str, str]:
        token = self.tokens[self.place] if self.place < len(self.tokens) else ("", "")
        self.place += 1
        return token

    def _take(self, text: str) -> bool:
        found = self._peek() == text
        self.place += found
        return found

    def _take_one(self, texts: dict[str, str]) -> str | None:
        found = self._peek()
        return found if found in texts and self._take(found) else None

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise NotTranslatable(f"'{self._peek() or 'the end'}' stands where '{text}' should")


def read(text: str, *, python: bool) -> str:
    """The expression as FEEL, without the `=`."""
    tokens: list[tuple[str, str]] = []
    position, text = 0, text.strip()
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None or token.lastgroup is None:
            raise NotTranslatable(f"'{text[position : position + 20].strip()}' has no counterpart in FEEL")
        tokens.append((token.lastgroup, token[token.lastgroup]))
        position = token.end()
    return Reader(tokens, python).whole()


def _choice(condition: Piece, then: Piece, otherwise: Piece) -> Piece:
    return Piece(f"if {condition.text} then {then.within(_OR)} else {otherwise.text}", _CHOICE)


def _entry(owner: Piece, key: str) -> Piece:
    if _NAME.fullmatch(key[1:-1]) is None:
        return Piece(f"get value({owner.text}, {key})")
    return Piece(f"{owner.within(_WHOLE)}.{key[1:-1]}")


def _quoted(text: str) -> str:
    inner = text[1:-1].replace("\\'", "'").replace('\\"', '"').replace('"', '\\"')
    return f'"{inner}"'
