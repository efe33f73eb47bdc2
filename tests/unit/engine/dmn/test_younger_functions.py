"""Functions that a younger Zeebe brought, in decisions: tables and literal expressions, not what the file names so itself."""

import pytest

from engine.dmn import functions_beyond_zeebe, read_dmn

TABLE = """<decisionTable id="t"><input id="i"><inputExpression id="ie"><text>{input}</text></inputExpression></input>
<output id="o" name="team"/><rule id="r"><inputEntry id="a"><text>{test}</text></inputEntry>
<outputEntry id="b"><text>{output}</text></outputEntry></rule></decisionTable>"""


def decision(logic: str, *, besides: str = "", requirement: str = "") -> bytes:
    return f"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">{besides}
<decision id="team" name="team">{requirement}{logic}</decision></definitions>""".encode()


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({"input": "trim(name)", "test": '"a"', "output": '"x"'}, ["trim"]),
        ({"input": "name", "test": "is blank(?)", "output": "uuid()"}, ["is blank", "uuid"]),
        ({"input": "name", "test": '"a", trim("b")', "output": "1"}, ["trim"]),
        ({"input": "name", "test": '"trim(x)"', "output": "upper case(name)"}, []),
    ],
)
def test_functions_of_a_table_are_found(cells, found) -> None:
    model = read_dmn(decision(TABLE.format(**cells)), "team.dmn")

    called = list(functions_beyond_zeebe(model.definitions))

    assert [(one.element_id, one.name) for one in called] == [("team", name) for name in found]


def test_a_function_of_the_file_itself_is_no_function_of_the_engine() -> None:
    own = (
        '<businessKnowledgeModel id="k" name="trim"><encapsulatedLogic><formalParameter name="x"/>'
        "<literalExpression><text>x</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>"
    )
    needs = '<knowledgeRequirement id="q"><requiredKnowledge href="#k"/></knowledgeRequirement>'
    logic = "<literalExpression><text>trim(name)</text></literalExpression>"
    model = read_dmn(decision(logic, besides=own, requirement=needs), "team.dmn")

    called = list(functions_beyond_zeebe(model.definitions))

    assert called == []
