"""What is wrong with a file is said with file, decision, rule, cell and line; what is hostile is refused."""

import time

import pytest

from engine.dmn import Finding, InvalidDmn, UnknownDecision, read_dmn
from tests.ends import ENDS_WITHIN_SECONDS

XMLNS = 'xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"'
EMPTY_RULE = "<rule id='r'><inputEntry><text>-</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>"


def definitions(body: str) -> bytes:
    return f"<definitions {XMLNS} id='g' name='G' namespace='n'>\n{body}</definitions>".encode()


def literal(identity: str, text: str, *required: str) -> str:
    needs = "".join(f"<informationRequirement><requiredDecision href='#{one}'/></informationRequirement>" for one in required)
    logic = f"<literalExpression><text>{text}</text></literalExpression>"
    return f"<decision id='{identity}' name='{identity}'>{needs}{logic}</decision>\n"


def table(attributes: str = "", rules: str = EMPTY_RULE) -> str:
    return (
        f"<decision id='d' name='D'><decisionTable {attributes}>\n"
        "<input label='Amount'><inputExpression><text>amount</text></inputExpression></input><output name='o' label='Rate'/>\n"
        f"{rules}</decisionTable></decision>"
    )


def findings(content: bytes) -> list[Finding]:
    with pytest.raises(InvalidDmn) as refused:
        read_dmn(content, "rates.dmn")
    return list(refused.value.findings)


def test_a_wrong_cell_is_named_by_file_decision_rule_column_and_line() -> None:
    rules = (
        EMPTY_RULE
        + "\n<rule id='r2'><inputEntry><text>&gt; &gt;</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>"
    )

    found = findings(definitions(table(rules=rules)))

    assert [(one.resource_name, one.element_id, one.rule, one.cell, one.line) for one in found] == [
        ("rates.dmn", "d", 2, "Amount", 5)
    ]
    assert "failed to parse expression '> >'" in found[0].message
    assert str(found[0]).startswith("rates.dmn:5, 'd', rule 2, cell 'Amount': ")


def test_every_wrong_cell_is_found() -> None:
    rules = "<rule><inputEntry><text>1 1</text></inputEntry><outputEntry><text></text></outputEntry></rule>"

    found = findings(definitions(table(rules=rules)))

    assert sorted((one.rule, one.cell) for one in found) == [(1, "Amount"), (1, "Rate")]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (table("hitPolicy='BEST'"), "hitPolicy 'BEST' is none of UNIQUE, FIRST"),
        (table("hitPolicy='COLLECT' aggregation='AVERAGE'"), "aggregation 'AVERAGE' is none of"),
        (literal("a", "1", "nowhere"), "requires the decision '#nowhere', which is not in the file"),
        (
            literal("a", "1", "b") + literal("b", "1", "a"),
            "Cyclic dependencies between decisions detected. They are a -> b -> a",
        ),
        (literal("a", "1", "a"), "Cyclic dependencies"),
        (literal("a", "launch(1)"), "unknown function 'launch'"),
        (literal("a", '__import__("os")'), "unknown function '__import__'"),
        (literal("a", ""), "the expression is empty"),
        (literal("a", "1") + literal("a", "2"), "the id 'a' is used twice"),
        ("<decision id='a' name='A'/>", "the decision has no logic"),
        ("<decision name='A'><literalExpression><text>1</text></literalExpression></decision>", "needs an id"),
        ("<decision id='a'><literalExpression><text>1</text></literalExpression></decision>", "needs a name"),
        (
            "<decision id='a' name='A'><literalExpression expressionLanguage='juel'/></decision>",
            "Expression language 'juel' is not supported",
        ),
    ],
)
def test_a_file_that_cannot_be_decided_is_refused(body: str, words: str) -> None:
    content = definitions(body)

    found = findings(content)

    assert any(words in one.message for one in found)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no xml", "not well-formed XML"),
        (b"", "not well-formed XML"),
        (b"<process/>", "not a DMN 1.1 to 1.6 file"),
        (definitions("<decision"), "not well-formed XML"),
        (b"<!DOCTYPE a SYSTEM 'http://127.0.0.1/a.dtd'>" + definitions(""), "DOCTYPE is refused"),
        (b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" + definitions(literal("a", "&x;")), "DOCTYPE is refused"),
        (definitions("<a>" * 5000 + "</a>" * 5000), "nested deeper"),
        (b"<" + b"a" * (9 * 1024 * 1024), "the limit is"),
    ],
)
def test_what_is_no_dmn_or_hostile_is_refused(content: bytes, words: str) -> None:
    started = time.monotonic()

    found = findings(content)

    assert words in found[0].message or "Excessive depth" in found[0].message
    assert time.monotonic() - started < ENDS_WITHIN_SECONDS


def test_entities_that_grow_are_refused_at_once() -> None:
    entities = "".join(f"<!ENTITY x{n} '{f'&x{n - 1};' * 10 if n else 'x'}'>" for n in range(12))
    content = f"<!DOCTYPE a [{entities}]>".encode() + definitions(literal("a", "&x11;"))

    found = findings(content)

    assert found


def test_a_tolerant_reader_keeps_what_is_right() -> None:
    content = definitions(literal("good", "1 + 1") + literal("bad", "1 +"))

    model = read_dmn(content, "rates.dmn", tolerant=True)

    assert model.evaluate("good", {}).output == 2
    assert "failed to parse expression '1 +'" in model.evaluate("bad", {}).failure_message
    assert len(model.findings) == 1


def test_asking_for_an_unknown_decision_names_the_known_ones() -> None:
    model = read_dmn(definitions(literal("a", "1")), "rates.dmn")

    with pytest.raises(UnknownDecision, match=r"no decision 'zzz'; the file has 'a'"):
        model.evaluate("zzz", {})


@pytest.mark.parametrize(
    "text",
    ["2 ** 99999999", "for i in 1..1000000000 return i", 'string join(for i in 1..99999 return "aaaaaaaaaaaaaaaa", "b")'],
)
def test_an_endless_expression_fails_soon(text: str) -> None:
    model = read_dmn(definitions(literal("a", text)), "rates.dmn")
    started = time.monotonic()

    evaluation = model.evaluate("a", {})

    assert evaluation.failed or evaluation.output is None
    assert time.monotonic() - started < ENDS_WITHIN_SECONDS


def test_functions_that_call_each_other_for_ever_are_stopped() -> None:
    knowledge = (
        "<businessKnowledgeModel id='f' name='f'><encapsulatedLogic><formalParameter name='n'/>"
        "<literalExpression><text>f(n + 1) + f(n + 1)</text></literalExpression></encapsulatedLogic>"
        "<knowledgeRequirement><requiredKnowledge href='#f'/></knowledgeRequirement></businessKnowledgeModel>"
    )
    decision = (
        "<decision id='a' name='A'><knowledgeRequirement><requiredKnowledge href='#f'/></knowledgeRequirement>"
        "<literalExpression><text>f(1)</text></literalExpression></decision>"
    )
    model = read_dmn(definitions(knowledge + decision), "rates.dmn")

    evaluation = model.evaluate("a", {})

    assert evaluation.failed_decision_id == "a"
    assert "too deep" in evaluation.failure_message


def test_a_long_chain_and_a_wide_lattice_of_decisions_end() -> None:
    chain = literal("c0", "1") + "".join(literal(f"c{n}", f"c{n - 1} + 1", f"c{n - 1}") for n in range(1, 1500))
    lattice = literal("l0", "1") + literal("r0", "1")
    lattice += "".join(
        literal(f"{side}{n}", f"l{n - 1} + r{n - 1}", f"l{n - 1}", f"r{n - 1}") for n in range(1, 40) for side in "lr"
    )
    model = read_dmn(definitions(chain + lattice), "rates.dmn")

    assert model.evaluate("c1499", {}, audit=False).output == 1500
    assert model.evaluate("l39", {}, audit=False).output == 2**39
    assert "audit" in model.evaluate("l39", {}).failure_message
