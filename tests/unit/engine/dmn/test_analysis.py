"""Gaps, overlaps and unreachable rules are found, with examples, and never claimed wrongly."""

from decimal import Decimal

import pytest

from engine.dmn import DecisionModel, read_dmn
from engine.dmn.analysis import TableAnalysis, analyse, rules_never_hit


def model(*rules: tuple[str, str, str], policy: str = "UNIQUE", default: str = "") -> DecisionModel:
    rows = "".join(
        f"<rule><inputEntry><text>{amount}</text></inputEntry><inputEntry><text>{tier}</text></inputEntry>"
        f"<outputEntry><text>{answer}</text></outputEntry></rule>"
        for amount, tier, answer in rules
    )
    content = f"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="g" name="G" namespace="n">
      <itemDefinition name="tTier"><typeRef>string</typeRef>
      <allowedValues><text>"gold", "silver"</text></allowedValues></itemDefinition>
      <decision id="d" name="D"><decisionTable hitPolicy="{policy}">
      <input label="Amount"><inputExpression typeRef="number"><text>amount</text></inputExpression></input>
      <input label="Tier"><inputExpression typeRef="tTier"><text>tier</text></inputExpression></input>
      <output name="o">{default}</output>{rows}</decisionTable></decision></definitions>"""
    return read_dmn(content.encode(), "table.dmn")


def analysis(*rules: tuple[str, str, str], policy: str = "UNIQUE", default: str = "") -> TableAnalysis:
    return analyse(model(*rules, policy=policy, default=default))["d"]


def test_a_complete_table_has_nothing_to_find() -> None:
    found = analysis(("&lt; 100", "-", "1"), ("&gt;= 100", '"gold"', "2"), ("&gt;= 100", '"silver"', "3"))

    assert found.sentences() == []


def test_a_gap_is_described_with_an_example_that_no_rule_matches() -> None:
    rules = ("&lt; 100", "-", "1"), ("[100..500[", '"gold"', "2"), ("&gt;= 500", '"gold"', "3")

    found = analysis(*rules)

    assert [gap.conditions for gap in found.gaps] == [(">= 100", '"silver"')]
    example = found.gaps[0].example
    assert (
        model(*rules).evaluate("d", {"amount": example["Amount"], "tier": example["Tier"]}).evaluated_decisions[0].matched_rules
        == ()
    )


def test_a_default_answers_every_gap() -> None:
    found = analysis(("&lt; 100", "-", "1"), default="<defaultOutputEntry><text>0</text></defaultOutputEntry>")

    assert found.gaps == ()


def test_an_overlap_names_both_rules_and_a_case_of_both() -> None:
    found = analysis(("&lt;= 100", "-", "1"), ("&gt;= 100", "-", "2"))

    assert [(one.rules, one.example["Amount"], one.conflicts) for one in found.overlaps] == [((1, 2), Decimal(100), True)]


@pytest.mark.parametrize(
    ("policy", "answer", "count"), [("ANY", "1", 0), ("ANY", "2", 1), ("FIRST", "2", 0), ("UNIQUE", "1", 1)]
)
def test_an_overlap_is_told_where_the_hit_policy_does_not_expect_it(policy: str, answer: str, count: int) -> None:
    found = analysis(("-", "-", "1"), ("&gt; 5", "-", answer), policy=policy)

    assert len(found.overlaps) == count


def test_a_rule_behind_others_is_never_reached_under_first() -> None:
    rules = ("&lt; 10", "-", "1"), ("&gt;= 10", '"gold"', "2"), ("&gt; 20", '"gold"', "3"), ("-", "-", "4")

    found = analysis(*rules, policy="FIRST")

    assert [(one.rule, one.reason) for one in found.unreachable] == [(3, "the rules before it cover all its cases")]


def test_a_rule_for_a_value_that_is_not_allowed_is_never_reached() -> None:
    found = analysis(("-", "-", "1"), ("-", '"bronze"', "2"), ("[9..3]", "-", "3"))

    assert [one.rule for one in found.unreachable] == [2, 3]


def test_cells_that_only_data_can_try_lead_to_no_claim() -> None:
    found = analysis(("&gt; limit", "-", "1"), ("&lt; 5", "-", "2"))

    assert (found.gaps, found.overlaps, found.unclear) == ((), (), (1,))


def test_rules_that_no_case_of_the_data_hit_are_listed() -> None:
    rules = ("&lt; 10", "-", "1"), ("[10..20]", "-", "2"), ("&gt; 20", "-", "3")

    never = rules_never_hit(model(*rules), "d", [{"amount": 1}, {"amount": 30}, {"amount": 2}])

    assert never == {"d": (2,)}


def test_a_large_table_is_analysed_within_bounds() -> None:
    rules = [(f"[{row}..{row + 1}[", '"gold"' if row % 2 else "-", str(row)) for row in range(400)]

    found = analysis(*rules)

    assert found.overlaps == ()
    assert [gap.conditions[0][:12] for gap in found.gaps] == ["< 0, >= 400", "[1..2[, [3.."]
