"""Plan beside fact: what is shown adds up, whatever the currencies."""

from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.finance import Article, ArticleKind, DailyRate, Month, Posting, converted_parts, digest, month_rate, plan_fact

MARCH = Month(2026, 3)
SALES, RENT = Article("sales", "Sales", ArticleKind.INCOME), Article("rent", "Rent", ArticleKind.EXPENSE)
AT = datetime(2026, 4, 1, tzinfo=UTC)
cents = st.integers(-(10**9), 10**9).map(lambda minor: Decimal(minor) / 100)
rates = st.decimals("0.0001", "500", places=4)


def rate_table(dollar: Decimal) -> dict:
    days = [DailyRate("USD", day, dollar) for day in MARCH.days()]
    return {
        ("USD", MARCH): month_rate("USD", MARCH, "RUB", days, None),
        ("RUB", MARCH): month_rate("RUB", MARCH, "RUB", [], None),
    }


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("ABC"), st.sampled_from(["sales", "rent"]), st.sampled_from(["USD", "RUB"])), cents
    ),
    rates,
)
def test_totals_are_the_sums_of_the_cells_that_are_shown(facts, dollar) -> None:
    booked = {(project, article, MARCH, currency): amount for (project, article, currency), amount in facts.items()}

    table = plan_fact("RUB", [MARCH], [SALES, RENT], booked, {}, rate_table(dollar))

    for article in ("sales", "rent"):
        shown = [cell.fact for (_project, one, _month), cell in table.cells.items() if one == article]
        assert table.total(None, article, MARCH).fact == sum(shown, Decimal(0))
        assert all(fact == fact.quantize(Decimal("0.01")) for fact in shown)
    assert table.result(None, None).fact == table.total(None, "sales", None).fact - table.total(None, "rent", None).fact


@given(st.lists(cents.filter(bool), min_size=1, max_size=30), rates)
def test_the_postings_behind_a_cell_add_up_to_it(amounts, dollar) -> None:
    rate = rate_table(dollar)["USD", MARCH]
    postings = [
        Posting(str(n), "A", "sales", date(2026, 3, 1), amount, "USD", "", "", "", "anna", AT)
        for n, amount in enumerate(amounts)
    ]

    parts = converted_parts(postings, rate, "RUB")

    assert sum(parts) == rate.convert(sum(amounts), "RUB")


def test_the_same_inputs_have_the_same_digest_in_any_order_and_a_cent_changes_it() -> None:
    facts = {("A", "sales", MARCH, "RUB"): Decimal("10.00"), ("B", "rent", MARCH, "RUB"): Decimal("3.50")}
    table = rate_table(Decimal(90))

    first = digest(plan_fact("RUB", [MARCH], [SALES, RENT], facts, {}, table), table)
    turned = dict(reversed(facts.items()))
    again = digest(plan_fact("RUB", [MARCH], [SALES, RENT], turned, {}, dict(reversed(table.items()))), table)
    moved = digest(
        plan_fact("RUB", [MARCH], [SALES, RENT], facts | {("A", "sales", MARCH, "RUB"): Decimal("10.01")}, {}, table), table
    )

    assert first == again
    assert first != moved


def test_an_amount_without_a_rate_is_named_and_not_counted() -> None:
    facts = {("A", "sales", MARCH, "USD"): Decimal(5), ("A", "sales", MARCH, "RUB"): Decimal(7)}
    table = {**rate_table(Decimal(1)), ("USD", MARCH): month_rate("USD", MARCH, "RUB", [], None)}

    cell = plan_fact("RUB", [MARCH], [SALES], facts, {}, table).cell("A", "sales", MARCH)

    assert (cell.fact, cell.missing) == (Decimal("7.00"), ("USD",))


def test_less_income_is_bad_and_less_expense_is_good() -> None:
    plan = {("A", "sales", MARCH): Decimal(10), ("A", "rent", MARCH): Decimal(10)}

    table = plan_fact("RUB", [MARCH], [SALES, RENT], {}, plan, rate_table(Decimal(1)))

    assert table.cell("A", "sales", MARCH).is_bad(ArticleKind.INCOME)
    assert not table.cell("A", "rent", MARCH).is_bad(ArticleKind.EXPENSE)
