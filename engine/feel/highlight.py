"""Colours for FEEL: a Pygments lexer, for the prompt and wherever pages show expressions."""

from typing import ClassVar

from pygments.lexer import RegexLexer, words
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Text

from engine.feel.functions import builtin_names
from engine.feel.names import KEYWORDS

_CONSTANTS = frozenset({"true", "false", "null"})


class FeelLexer(RegexLexer):
    """Cuts FEEL into coloured pieces; what is unfinished is coloured as far as it goes."""

    name = "FEEL"
    aliases: ClassVar[list[str]] = ["feel"]
    tokens: ClassVar[dict[str, list[object]]] = {
        "root": [
            (r"\s+", Text),
            (r"//[^\n]*", Comment.Single),
            (r"/\*(?:[^*]|\*(?!/))*(?:\*/)?", Comment.Multiline),
            (r'@"[^"\n]*"?', String.Other),
            (r'"(?:\\.|[^"\\])*"?', String.Double),
            (r"`[^`\n]*`?", Name.Variable),
            (r"(?:\d+(?:\.\d+)?|\.\d+)", Number),
            (words(sorted(_CONSTANTS), suffix=r"\b"), Keyword.Constant),
            (words(builtin_names(), suffix=r"(?=\s*\()"), Name.Builtin),
            (words(sorted(KEYWORDS | {"of", "partial", "item"}), suffix=r"\b"), Keyword),
            (r"\*\*|\.\.|<=|>=|!=|[-+*/<>=?]", Operator),
            (r"[()\[\]{},:.]", Punctuation),
            (r"[^\W\d]\w*", Name),
            (r".", Text),
        ],
    }
