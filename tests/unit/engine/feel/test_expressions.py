from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext

import pytest

from engine import feel


def value(text, context=None, **options):
    return feel.evaluate(text, context or {}, **options).value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("-2 ** 2", 4),
        ("2 ** 3 ** 2", 64),
        ("10 - 2 - 3", 5),
        ("1 / 3 * 3 = 1", False),
        ("0.1 + 0.2 = 0.3", True),
        ('"a" + "b"', "ab"),
        ("if 1 > 0 then 1 else 2", 1),
        ("for i in 3..1 return i", [3, 2, 1]),
        ("for i in 1..2, j in 2..3 return i * 10 + j", [12, 13, 22, 23]),
        ("for x in [1, 2, 3, 4] return if x = 1 then 1 else x * partial[-1]", [1, 2, 6, 24]),
        ("some x in [1, 2] satisfies x > 1", True),
        ("every x in [] satisfies x", True),
        ("[1, 2, 3][item > 1]", [2, 3]),
        ("[1, 2, 3][-1]", 3),
        ("[{a: 1}, {a: 2}][a = 2].a", [2]),
        ("{a: 1, b: a + 1}.b", 2),
        ("{add: function(x, y) x + y, r: add(y: 1, x: 2)}.r", 3),
        ("5 in (> 3, < 2)", True),
        ("5 in ]1..5[", False),
        ("{a b: 2, c: a b + 1}.c", 3),
        ("`a b` + 1", None),
        ("1 /* one */ + // two\n 2", 3),
        ('"\\"a\\"\\n"', '"a"\n'),
        ('date("2024-03-15").weekday', 5),
        ('@"2024-03-15T10:00:00@Europe/Paris".timezone', "Europe/Paris"),
        ('duration("-P1DT2H").hours', -2),
        ("1 instance of number", True),
        ('string length("😀a")', 2),
        ("sort([3, 1, 2], function(a, b) a < b)", [1, 2, 3]),
        ("flatten([[1, [2]], 3])", [1, 2, 3]),
        ('context put({a: {b: 1}}, ["a", "c"], 2).a.c', 2),
        ("overlaps([1..5], [5..9])", True),
        ('number("1.000,50", ".", ",")', Decimal("1000.50")),
    ],
)
def test_answers(text, expected):
    given = feel.compile(text)

    answer = given.evaluate({}).value

    assert answer == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("missing", "NO_VARIABLE_FOUND"),
        ("{a: 1}.b", "NO_CONTEXT_ENTRY_FOUND"),
        ('"a".b', "NO_PROPERTY_FOUND"),
        ('1 = "a"', "NOT_COMPARABLE"),
        ('"a" + 1', "INVALID_TYPE"),
        ("unknown(1)", "NO_FUNCTION_FOUND"),
        ('number("abc")', "FUNCTION_INVOCATION_FAILURE"),
    ],
)
def test_what_goes_wrong_is_null_with_a_warning(text, kind):
    evaluation = feel.evaluate(text, {})

    assert evaluation.value is None
    assert kind in {warning.kind for warning in evaluation.warnings}


def test_a_warning_says_what_and_where():
    evaluation = feel.evaluate("1 +\n  missing", {})

    first = evaluation.warnings[0]

    assert str(first) == "[NO_VARIABLE_FOUND] No variable found with name 'missing'"
    assert (first.line, first.column) == (2, 3)


def test_a_syntax_error_points_at_its_place():
    with pytest.raises(feel.FeelSyntaxError) as refused:
        feel.parse("if a then\n  b els c")

    assert (refused.value.line, refused.value.column) == (2, 5)
    assert str(refused.value).splitlines()[-1] == " " * 6 + "^"


@pytest.mark.parametrize("text", ["", "1 +", "my var", "1e3", "(1", "[1,", '"a', "{a}", "f(a: 1, 2)", "1 = 2 = 3", "/* x"])
def test_refuses_what_is_not_feel(text):
    with pytest.raises(feel.FeelSyntaxError):
        feel.parse(text)


def test_known_names_may_hold_spaces_and_symbols():
    context = {"Monthly Fee": 10, "pre-bureau risk": "LOW"}

    compiled = feel.compile('Monthly Fee * 2 + (if pre-bureau risk = "LOW" then 1 else 0)', names=tuple(context))

    assert compiled.value(context) == 21
    assert compiled.variable_names == {"Monthly Fee", "pre-bureau risk"}


def test_names_that_the_expression_binds_are_not_free():
    compiled = feel.compile("for x in xs return x + y")

    assert compiled.variable_names == {"xs", "y"}


def test_a_literal_is_known_to_be_constant():
    assert feel.compile("2 * 3").constant == 6
    assert not feel.compile("a").is_constant
    assert not feel.compile("now()").is_constant


def test_json_numbers_become_decimals_when_looked_at():
    context = {"whole": 3, "fraction": 0.1, "nested": {"list": [1, 0.2]}}

    answer = feel.compile("whole + fraction + nested.list[2]").value(context)

    assert answer == Decimal("3.3")
    assert feel.to_json(answer) == 3.3


def test_what_leaves_is_what_zeebe_stores():
    given = feel.evaluate(
        '[1.0, 1.5, date("2024-01-01"), @"2024-01-01T10:00:00@Europe/Paris", time("10:00:00"), duration("PT36H"), [1..2], null]'
    )

    assert feel.to_json(given.value) == [
        1,
        1.5,
        "2024-01-01",
        "2024-01-01T10:00+01:00[Europe/Paris]",
        "10:00",
        "P1DT12H",
        None,
        None,
    ]


def test_now_is_the_time_of_the_clock_it_is_given():
    noon = datetime(2024, 5, 1, 12, tzinfo=UTC)

    assert feel.compile("now()").value({}, now=noon) == noon
    assert feel.compile('today() + @"P1D"').value({}, now=lambda: noon) == date(2024, 5, 2)


def test_a_failing_assert_fails_the_evaluation():
    with pytest.raises(feel.FeelFailure, match="no amount"):
        value('assert(amount, amount != null, "no amount")')


def test_the_threads_decimal_context_changes_nothing():
    compiled = feel.compile("a / 3")

    with localcontext() as context:
        context.prec = 3
        answer = compiled.value({"a": 1})

    assert answer == Decimal("0.3333333333333333333333333333333333")


def test_functions_of_the_context_can_be_called():
    double = feel.Function.of(("x",), lambda x: x * 2)

    assert value("double(21)", {"double": double}) == 42
    assert value("double(x: 21)", {"double": double}) == 42


def test_types_of_the_caller_can_be_asked_for():
    compiled = feel.compile("5 instance of tSmall", types={"tSmall": lambda number: number < 10})

    assert compiled.value({}) is True


@pytest.mark.parametrize(
    ("text", "camunda", "strict"),
    [
        ("5[1]", None, 5),
        ('@"2024-01-01T10:00:00+02:00" = @"2024-01-01T08:00:00Z"', False, True),
        ('"\\u0041"', "\\u0041", "A"),
        ("is defined(null)", False, True),
        ("is(1, 1)", None, True),
        ("for i in [1, 2] return (function(x) x * 2)(i)", "refused", [2, 4]),
        ("1e3", "refused", 1000),
        ("[1] instance of list<number>", "refused", True),
        ("[1, 2, 3][item > 2][1] in (> 2)", True, True),
        ("(< 5).end", "refused", 5),
    ],
)
def test_the_dialects_differ_where_camunda_leaves_the_standard(text, camunda, strict):
    def answer(dialect):
        try:
            return value(text, dialect=dialect)
        except feel.FeelSyntaxError:
            return "refused"

    assert answer(feel.CAMUNDA) == camunda
    assert answer(feel.STRICT) == strict


def test_time_in_a_zone_passes_as_clocks_count_it():
    before_summer = '@"2024-03-31T01:30:00@Europe/Paris"'

    answer = value(f'{before_summer} + @"PT1H"')

    assert feel.format_value(answer) == "2024-03-31T03:30:00@Europe/Paris"
    assert value(f'({before_summer} + @"PT1H") - {before_summer}') == feel.DaysTimeDuration(
        int(timedelta(hours=1).total_seconds()) * 1_000_000_000
    )
