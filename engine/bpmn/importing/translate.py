"""Expressions of other engines as FEEL: JUEL (`${a == 'b'}`) and Python (`a == 'b' and c`), as far as they only ask.

Word by word rather than by a grammar of each: comparisons, arithmetic and logic are the same in both. Whatever calls a method,
chooses or assigns is refused, and a person decides.
"""

import re

from engine import feel

_LONGEST = 2_000
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<word>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)
      | (?P<key>\[\s*(?:'(?P<one>[A-Za-z_]\w*)'|"(?P<two>[A-Za-z_]\w*)")\s*\])
      | (?P<operator>==|!=|<=|>=|&&|\|\||[-+*/<>!(),])
    )""",
    re.VERBOSE,
)
_WORDS = {
    "eq": "=",
    "ne": "!=",
    "lt": "<",
    "gt": ">",
    "le": "<=",
    "ge": ">=",
    "and": "and",
    "or": "or",
    "true": "true",
    "false": "false",
    "null": "null",
    "True": "true",
    "False": "false",
    "None": "null",
}
_OPERATORS = {"==": "=", "&&": "and", "||": "or"}
_FUNCTIONS = {"len": "count", "str": "string", "abs": "abs", "round": "round half even"}
_NOT_ASKED = {"if", "else", "for", "in", "is", "lambda", "div", "mod", "import", "execution", "task"}


class NotTranslatable(ValueError):
    """There is no FEEL for this; the message says for which part."""


def juel(text: str) -> str:
    """`${…}` or `#{…}` as a FEEL expression with its `=`; text without either stays as it is."""
    stripped = text.strip()
    if not re.search(r"[$#]\{", stripped):
        return stripped
    whole = re.fullmatch(r"[$#]\{([^{}]*)\}", stripped)
    if whole is None:
        raise NotTranslatable("it mixes text and expressions")
    return f"= {to_feel(whole[1])}"


def to_feel(text: str) -> str:
    """A condition or value of JUEL or Python as FEEL, without the `=`."""
    if len(text) > _LONGEST:
        raise NotTranslatable(f"it is longer than {_LONGEST} characters")
    pieces: list[str] = []
    closing: list[str] = []
    position, text = 0, text.strip()
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise NotTranslatable(f"'{text[position : position + 20].strip()}' has no counterpart in FEEL")
        position = token.end()
        _take(token, text, position, pieces, closing)
    translated = _joined([*pieces, *closing])
    try:
        feel.compile(translated)
    except feel.FeelError as error:
        raise NotTranslatable("it is no plain condition or value") from error
    return translated


def _take(token: re.Match[str], text: str, position: int, pieces: list[str], closing: list[str]) -> None:
    if token["text"]:
        pieces.append('"' + token["text"][1:-1].replace("\\'", "'").replace('\\"', '"').replace('"', '\\"') + '"')
    elif token["number"]:
        pieces.append(token["number"])
    elif token["key"]:
        if not pieces:
            raise NotTranslatable("it is a list")
        pieces[-1] += f".{token['one'] or token['two']}"
    elif token["operator"]:
        _operator(token["operator"], text, position, pieces, closing)
    else:
        _word(token["word"], text, position, pieces, closing)


def _operator(operator: str, text: str, position: int, pieces: list[str], closing: list[str]) -> None:
    if operator == "!":
        _negate(text, position, pieces, closing)
        return
    if closing and operator in {"&&", "||"}:
        pieces.append(closing.pop())
    pieces.append(_OPERATORS.get(operator, operator))


def _word(word: str, text: str, position: int, pieces: list[str], closing: list[str]) -> None:
    calls = text[position:].lstrip().startswith("(")
    if word in {"and", "or"} and closing:
        pieces.append(closing.pop())
    if word == "not":
        _negate(text, position, pieces, closing)
    elif word == "empty":
        raise NotTranslatable("`empty` asks for null, empty texts and empty lists at once")
    elif word in _WORDS:
        pieces.append(_WORDS[word])
    elif calls and word in _FUNCTIONS:
        pieces.append(_FUNCTIONS[word])
    elif calls or word.split(".", maxsplit=1)[0] in _NOT_ASKED:
        raise NotTranslatable(f"'{word}' is code, not data")
    else:
        pieces.append(word)


def _negate(text: str, position: int, pieces: list[str], closing: list[str]) -> None:
    """`!(…)` is FEEL's `not(…)` already; `!x` gets its parentheses where the next `and` or `or`, or the end, comes."""
    pieces.append("not")
    if not text[position:].lstrip().startswith("("):
        if closing or "(" in text[position:]:
            raise NotTranslatable("its negations are nested")
        pieces.append("(")
        closing.append(")")


def _joined(pieces: list[str]) -> str:
    text = " ".join(pieces)
    return re.sub(r"\s+([),])", r"\1", re.sub(r"(\(|not|count|string|abs|round half even)\s+(?=\()", r"\1", text)).replace(
        "( ", "("
    )
