"""Where Camunda's engine leaves the standard, and often one's expectation: answers that versions 1.17 and 1.21 both gave."""

import pytest

from engine import feel

ZONED = [
    ("2024-01-01T10:00:00+01:00[Europe/Berlin]", "2024-01-01T10:00:00@Europe/Berlin"),
    ("2024-01-01T10:00:00+02:00[Europe/Berlin]", "2024-01-01T09:00:00@Europe/Berlin"),
    ("2024-03-31T02:30:00@Europe/Berlin", "2024-03-31T03:30:00@Europe/Berlin"),
    ("2024-10-27T02:30:00@Europe/Berlin", "2024-10-27T02:30:00@Europe/Berlin"),
]


@pytest.mark.parametrize(
    ("expression", "camunda", "standard"),
    [
        ('duration("P1D") / duration("PT7H")', "3", "3.428571428571428571428571428571429"),
        ('duration("PT10S") / 4', "PT2S", "PT2.5S"),
        ('duration("P14M") * 1.9', "P1Y2M", "P2Y2M"),
        ('-duration("P1D")', "null", "-P1D"),
        ('date and time("2024-06-01T10:00:00Z") - date("2024-05-31")', "null", "P1DT10H"),
        ('matches("Привет", "\\\\w+")', "false", "true"),
        ('matches("Привет", "привет", "i")', "false", "true"),
        ('matches("Я", "\\\\p{Lu}")', "true", "true"),
        ('matches("я", "[^\\\\W]")', "false", "true"),
        ('includes(["a".."c"], "b")', "null", "true"),
        ("before(null, 1)", "null", "null"),
        ('finishes("a", [1..5))', "null", "null"),
        ("concatenate([[1, 2], [3]])", "[1, 2, 3]", "[[1, 2], [3]]"),
        ("insert before([1, 2], -3, 0)", "[0, 1, 2]", "null"),
        ("sublist([1, 2, 3], -5, 4)", "[1, 2]", "null"),
        ("for i in [1, 2], j in 1..i return j", "null", "[1, 1, 2]"),
        ('{r: ["a".."c"]}.r', "null", '["a".."c"]'),
        ('"b" in ["a".."c"]', "true", "true"),
        *[(f'string(date and time("{text}"))', f'"{answer}"', f'"{answer}"') for text, answer in ZONED],
        *[(f'time("10:00:00{offset}")', "null", "null") for offset in ("z", "+0200", "+02")],
        ("round down(-1, -3)", "0E+3", "0E+3"),
        ('string length(string(["a\\nb"]))', "7", "7"),
        ('number("1", [], {})', "null", "null"),
        ('string(time("10:00"))', '"10:00:00"', "null"),
        ('string(@"10:00")', '"10:00:00"', "null"),
        *[(f'time("{text}")', "null", "null") for text in ("10", "10:00Z", "10:60", "1:00")],
        *[(f'string(duration("{text}"))', '"P1DT1H"', "null") for text in ("p1dt1h", "P1dT1h", "P+1DT1H", "+P1DT1H")],
        *[(f'duration("{text}")', "null", "null") for text in ("p1y", "P1y2m", "P", "PT", "p1dt", "PT.5S")],
        ('string(@"p1d")', "null", "null"),
        ("remove([1, 2], 0.5)", "[1, 2, 1, 2]", "null"),
        ("remove([1], -0.9)", "[1, 1]", "null"),
        ("remove([1, 2], 1.5)", "[2]", "[2]"),
        ('to json(duration("-PT36H"))', '"\\"PT-36H\\""', '"\\"PT-36H\\""'),
    ],
)
def test_camunda_and_the_standard_answer_each_in_its_way(expression: str, camunda: str, standard: str) -> None:
    answers = [feel.evaluate(expression, dialect=dialect).value for dialect in (feel.CAMUNDA, feel.STRICT)]

    assert [feel.format_value(answer) for answer in answers] == [camunda, standard]


@pytest.mark.parametrize(
    "expression",
    [
        "modulo(1, 0)",
        "log(0)",
        "exp(1000)",
        "stddev([1])",
        "0 ** -1",
        'substring("abc", 5)',
        'substring("abc", 2, -1)',
        'date and time(date and time("2024-01-01T00:00:00"), "nowhere")',
    ],
)
def test_where_camunda_throws_the_evaluation_ends_and_the_standard_has_null(expression: str) -> None:
    with pytest.raises(feel.FeelBrokenOff):
        feel.evaluate(expression)

    assert feel.evaluate(expression, dialect=feel.STRICT).value in {None, ""}
