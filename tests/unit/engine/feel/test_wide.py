"""Dates and times that the standard library cannot hold."""

import pytest

from engine import feel


@pytest.mark.parametrize(
    "text",
    [
        "-0044-03-15",
        "99999-12-31",
        "10:15:30.123456789Z",
        "2011-12-31T10:15:30.123456789@Europe/Paris",
        "-99999-12-31T11:22:33",
    ],
)
def test_reads_and_writes_them(text):
    value = feel.evaluate(f'@"{text}"').value

    assert feel.format_value(value) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('date("99999-12-31").year', "99999"),
        ('@"-2021-02-03T04:05:06".month', "2"),
        ('@"12024-02-29T00:00:00".weekday', "4"),
        ('time("10:15:30.123456789Z").minute', "15"),
        ('date("-0044-03-15") < date("2024-01-01")', "true"),
        ('date("-0044-03-15") = date("-0044-03-15")', "true"),
        ('time("10:00:00.000000001") = time("10:00:00.000000002")', "false"),
        ('date("-2021-02-29")', "null"),
        ('date("1000000000-01-01")', "null"),
        ('date(@"99999-12-31T11:22:33")', "99999-12-31"),
        ('date and time(date("99999-12-31"), time("01:02:03"))', "99999-12-31T01:02:03"),
        ('years and months duration(@"2014-12-31T23:59:59", @"-2019-10-01T12:32:59")', "-P4033Y2M"),
        ('date("99999-12-31") + duration("P1D")', "null"),
        ('date("99999-12-31") instance of date', "true"),
    ],
)
def test_answers(text, expected):
    value = feel.evaluate(text).value

    assert feel.format_value(value) == expected
