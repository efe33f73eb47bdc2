"""Variables in the words of Zeebe's gateway: strict JSON, and the little more that it reads. Recorded from Zeebe 8.5.8."""

from typing import Any

import pytest

from engine.gateway.json_variables import parse_variables
from engine.gateway.rejections import RequestInvalid


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("{'a': 'b'}", {"a": "b"}),
        ("""{'a': 'say "x"'}""", {"a": 'say "x"'}),
        (r"""{'a': 'it\'s', "b": "it\'s"}""", {"a": "it's", "b": "it's"}),
        (r"""{'a': 'one\\', 'b': [2, {'c': null}]}""", {"a": "one\\", "b": [2, {"c": None}]}),
        ('{"a": 1} x', {"a": 1}),
        ('{"a": 1}{"b": 2}', {"a": 1}),
        ('{"a": [1]}]', {"a": [1]}),
        ("null {", {}),
        ('\ufeff{"a": 1}', {"a": 1}),
        ('{"a": 1e400, "b": [-1.5E+999]}', {"a": "Infinity", "b": ["-Infinity"]}),
        (r'{"a": "\ud800", "b": "\udc00\ud800", "\ud83d": 1}', {"a": "?", "b": "??", "?": 1}),
        (r"""{'a': '\ud83d\ude00\ud83d'}""", {"a": "😀?"}),
        (r"""{'a': '\\ud800'}""", {"a": r"\ud800"}),
        ("{'a': '1e400 // {'}", {"a": "1e400 // {"}),
    ],
)
def test_what_zeebe_reads_beyond_strict_json_is_read(text: str, variables: dict[str, Any]) -> None:

    read = parse_variables(text)

    assert read == variables


@pytest.mark.parametrize(
    "text",
    [
        "{a: 1}",
        "nullx",
        '{"a": NaN}',
        '{"a": +1}',
        '{"a": 01}',
        '{"a": .5}',
        '{"a": 1,}',
        '{"a": 1 /* one */}',
        '{"a": "\t"}',
        r'{"a": "\x"}',
        "{'a': 'b",
        "{'a': \"b'}",
        "['a']",
        '{"a": 18446744073709551616} x',
    ],
)
def test_what_zeebe_does_not_read_either_is_refused(text: str) -> None:

    with pytest.raises(RequestInvalid):
        parse_variables(text)


@pytest.mark.timeout(20)
def test_a_long_text_without_an_end_is_refused_at_once() -> None:
    text = '{"' + '\\"' * 1_000_000

    with pytest.raises(RequestInvalid):
        parse_variables(text)
