"""Boxed expressions, business knowledge models, services and imports."""

import pytest

from engine.dmn import DecisionEvaluation, DecisionModel, read_dmn
from engine.feel import STRICT, Dialect, to_json

NAMESPACES = [
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
]
NEEDS_F = "<knowledgeRequirement><requiredKnowledge href='#f'/></knowledgeRequirement>"


def text(expression: str) -> str:
    return f"<literalExpression><text>{expression}</text></literalExpression>"


def model(body: str, dialect: Dialect = Dialect.CAMUNDA, namespace: str = NAMESPACES[-1]) -> DecisionModel:
    content = f"<definitions xmlns='{namespace}' id='g' name='G' namespace='n'>{body}</definitions>"
    return read_dmn(content.encode(), "boxes.dmn", dialect=dialect)


def decide(logic: str, dialect: Dialect = Dialect.CAMUNDA, **variables: object) -> DecisionEvaluation:
    return model(f"<decision id='d' name='D'>{logic}</decision>", dialect).evaluate("d", variables)


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_every_version_of_the_standard_is_read(namespace: str) -> None:
    versioned = model(f"<decision id='d' name='D'>{text('x + 1')}</decision>", namespace=namespace)

    evaluation = versioned.evaluate("d", {"x": 1})

    assert evaluation.output == 2


@pytest.mark.parametrize(
    ("logic", "output"),
    [
        (
            (
                f"<context><contextEntry><variable name='u'/>{text('x')}</contextEntry>"
                f"<contextEntry><variable name='v'/>{text('u + 1')}</contextEntry></context>"
            ),
            {"u": 3, "v": 4},
        ),
        (
            (
                f"<context><contextEntry><variable name='u'/>{text('x')}</contextEntry>"
                f"<contextEntry>{text('u * 2')}</contextEntry></context>"
            ),
            6,
        ),
        (f"<list>{text('x')}{text('x + 1')}</list>", [3, 4]),
        (
            f"<relation><column name='k'/><column name='m'/><row>{text('x')}{text('2')}</row></relation>",
            [{"k": 3, "m": 2}],
        ),
        (
            f"<conditional><if>{text('x = 3')}</if><then>{text('1')}</then><else>{text('2')}</else></conditional>",
            1,
        ),
        (f"<filter><in>{text('[1, x, 5]')}</in><match>{text('item &gt; 2')}</match></filter>", [3, 5]),
        (f"<filter><in>{text('[1, x, 5]')}</in><match>{text('2')}</match></filter>", 3),
        (f"<for iteratorVariable='i'><in>{text('[1, 2]')}</in><return>{text('i * x + count(partial)')}</return></for>", [3, 7]),
        (f"<some iteratorVariable='i'><in>{text('[1, 2]')}</in><satisfies>{text('i &gt; 1')}</satisfies></some>", True),
        (f"<every iteratorVariable='i'><in>{text('[1, 2]')}</in><satisfies>{text('i &gt; 1')}</satisfies></every>", False),
        (f"<every iteratorVariable='i'><in>{text('[1, 2]')}</in><satisfies>{text('null')}</satisfies></every>", None),
        (
            (
                "<context><contextEntry><variable name='double'/><functionDefinition><formalParameter name='k'/>"
                f"{text('k * 2')}</functionDefinition></contextEntry><contextEntry>{text('double(x)')}</contextEntry></context>"
            ),
            6,
        ),
        (
            f"<invocation>{text('sum')}<binding><parameter name='list'/>{text('[x, 4]')}</binding></invocation>",
            7,
        ),
    ],
)
def test_a_boxed_expression_means_what_it_shows(logic: str, output: object) -> None:
    evaluation = decide(logic, x=3)

    assert (to_json(evaluation.output), evaluation.failure_message) == (output, "")


def test_a_java_function_is_never_run() -> None:
    function = f"<functionDefinition kind='Java'><formalParameter name='k'/>{text('1')}</functionDefinition>"
    entries = f"<contextEntry><variable name='f'/>{function}</contextEntry><contextEntry>{text('f(1)')}</contextEntry>"
    logic = f"<context>{entries}</context>"

    evaluation = decide(logic)

    assert evaluation.output is None
    assert "functions of kind Java are not run" in str(evaluation.warnings[0])


def test_business_knowledge_is_called_and_stands_in_the_audit() -> None:
    knowledge = (
        "<businessKnowledgeModel id='f' name='fee'><encapsulatedLogic><formalParameter name='p'/>"
        f"{text('p * x')}</encapsulatedLogic></businessKnowledgeModel>"
    )
    body = f"{knowledge}<decision id='d' name='D'>{NEEDS_F}{text('fee(3)')}</decision>"

    evaluation = model(body).evaluate("d", {"x": 5})

    assert [(line.id, line.type, line.output) for line in evaluation.evaluated_decisions] == [
        ("f", "LITERAL_EXPRESSION", 15),
        ("d", "LITERAL_EXPRESSION", 15),
    ]


def test_a_required_decision_is_found_by_its_variable_else_its_id_and_repeated_in_the_audit() -> None:
    def needs(*ids: str) -> str:
        return "".join(f"<informationRequirement><requiredDecision href='#{one}'/></informationRequirement>" for one in ids)

    body = (
        f"<decision id='g' name='G'>{text('1')}</decision>"
        f"<decision id='e' name='E'><variable name='my fee'/>{needs('g')}{text('g + x')}</decision>"
        f"<decision id='h' name='H'>{needs('g')}{text('g')}</decision>"
        f"<decision id='a' name='A'>{needs('e', 'h')}{text('[my fee, h, g]')}</decision>"
    )

    evaluation = model(body).evaluate("a", {"x": 5})

    assert to_json(evaluation.output) == [6, 1, None]
    assert [line.id for line in evaluation.evaluated_decisions] == ["g", "e", "g", "h", "a"]


def test_camunda_fails_a_decision_of_the_wrong_type_where_the_standard_answers_null() -> None:
    logic = f"<variable name='d' typeRef='number'/>{text('x')}"

    camunda, strict = decide(logic, x="s"), decide(logic, STRICT, x="s")

    assert camunda.failure_message == "Expected to evaluate decision 'd', but expected 'number' but found '\"s\"'"
    assert (strict.output, strict.failed) == (None, False)
    assert "expected 'number' but found" in str(strict.warnings[0])


@pytest.mark.parametrize(("given", "output"), [("gold", "gold"), ("lead", None), (["gold"], "gold"), (5, None), (None, None)])
def test_the_standard_holds_inputs_to_the_allowed_values_of_their_type(given: object, output: object) -> None:
    body = (
        '<itemDefinition name=\'tTier\'><typeRef>string</typeRef><allowedValues><text>"gold", "silver"</text></allowedValues>'
        "</itemDefinition><inputData id='i' name='tier'><variable name='tier' typeRef='tTier'/></inputData>"
        "<decision id='d' name='D'><informationRequirement><requiredInput href='#i'/></informationRequirement>"
        f"{text('tier')}</decision>"
    )

    evaluation = model(body, STRICT).evaluate("d", {"tier": given})

    assert evaluation.output == output


def test_a_decision_service_takes_its_input_decisions_as_given() -> None:
    body = (
        f"<decision id='base' name='base'>{text('1')}</decision>"
        "<decision id='d' name='D'><informationRequirement><requiredDecision href='#base'/></informationRequirement>"
        f"{text('base + x')}</decision>"
        "<inputData id='x' name='x'/><decisionService id='s' name='total'><outputDecision href='#d'/>"
        "<inputDecision href='#base'/><inputData href='#x'/></decisionService>"
        "<decision id='caller' name='caller'><knowledgeRequirement><requiredKnowledge href='#s'/></knowledgeRequirement>"
        f"{text('total(2, 40)')}</decision>"
    )
    services = model(body)

    direct, called = services.evaluate_service("total", {"x": 2, "base": 40}), services.evaluate("caller", {})

    assert (direct.output, called.output) == (42, 42)


def test_an_imported_model_is_used_under_its_name() -> None:
    library = read_dmn(
        f"<definitions xmlns='{NAMESPACES[-1]}' id='l' name='L' namespace='library'>"
        "<businessKnowledgeModel id='f' name='Say Hello'>"
        f"<encapsulatedLogic><formalParameter name='who'/>{text('&quot;Hello &quot; + who')}</encapsulatedLogic>"
        "</businessKnowledgeModel></definitions>".encode(),
        "library.dmn",
    )
    content = (
        f"<definitions xmlns='{NAMESPACES[-1]}' id='g' name='G' namespace='n'>"
        f"<import namespace='library' name='lib' importType='{NAMESPACES[-1]}'/><decision id='d' name='D'>"
        "<knowledgeRequirement><requiredKnowledge href='library#f'/></knowledgeRequirement>"
        f"{text('lib.Say Hello(&quot;Ada&quot;)')}</decision></definitions>"
    )

    evaluation = read_dmn(content.encode(), "greeting.dmn", imports={"library": library}).evaluate("d", {})

    assert evaluation.output == "Hello Ada"


def test_an_invocation_that_leaves_a_parameter_out_fails_in_zeebes_words() -> None:
    knowledge = (
        "<businessKnowledgeModel id='f' name='fee'><encapsulatedLogic><formalParameter name='p'/>"
        f"{text('p')}</encapsulatedLogic></businessKnowledgeModel>"
    )
    invocation = f"<invocation>{text('fee')}<binding><parameter name='q'/>{text('2')}</binding></invocation>"
    body = f"{knowledge}<decision id='d' name='D'>{NEEDS_F}{invocation}</decision>"

    evaluation = model(body).evaluate("d", {})

    assert evaluation.failure_message == "Expected to evaluate decision 'd', but no parameter found with name 'p'"
