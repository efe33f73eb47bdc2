"""`penstock decide` and `penstock tck`."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli.decide import app as decide
from cli.tck import app as tck

TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="g" name="G" namespace="n">
  <decision id="discount" name="Discount"><decisionTable>
    <input label="Amount"><inputExpression><text>amount</text></inputExpression></input>
    <output name="rate"/><output name="note"/>
    <rule><inputEntry><text>&lt; 100</text></inputEntry>
      <outputEntry><text>0.50</text></outputEntry><outputEntry><text>"=small"</text></outputEntry></rule>
    <rule><inputEntry><text>[100..500]</text></inputEntry>
      <outputEntry><text>5</text></outputEntry><outputEntry><text>"big"</text></outputEntry></rule>
    <rule><inputEntry><text>&gt;= 500</text></inputEntry>
      <outputEntry><text>6</text></outputEntry><outputEntry><text>"huge"</text></outputEntry></rule>
  </decisionTable></decision></definitions>"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "discount.dmn"
    path.write_text(TABLE, encoding="utf-8")
    return path


def run(*arguments: object, given: str = "") -> Result:
    return CliRunner().invoke(decide, [str(argument) for argument in arguments], input=given)


def test_a_decision_is_answered_in_feel(file: Path) -> None:
    result = run(file, "Discount", "--context", '{"amount": 7}')

    assert (result.exit_code, result.stdout) == (0, '{rate:0.50, note:"=small"}\n')


def test_lines_of_json_are_answered_line_by_line_and_a_bad_one_fails_alone(file: Path) -> None:
    result = run(file, "--jsonl", given='{"amount": 7}\nx\n{"context": {"amount": 500}}\n[]\n')

    first, bad, violated, wrong = map(json.loads, result.stdout.splitlines())
    assert first == {"result": {"rate": 0.5, "note": "=small"}, "type": "context", "matched_rules": [1], "warnings": []}
    assert "not JSON" in bad["failure"]
    assert "UNIQUE hit policy" in violated["failure"]
    assert wrong == {"failure": "expected an object of variables"}


def test_csv_gets_the_answers_as_columns_that_no_spreadsheet_runs(file: Path) -> None:
    result = run(file, "--csv", given="amount,who\n7,=1+1\n200,\n500,a\n")

    assert result.stdout.splitlines()[:3] == [
        "amount,who,rate,note,matched_rules,failure",
        "7,'=1+1,0.50,'=small,1,",
        "200,,5,big,2,",
    ]
    assert result.stdout.splitlines()[3].startswith("500,a,,,2 3,")


def test_an_explanation_shows_the_table_and_marks_the_rule(file: Path) -> None:
    result = run(file, "--explain", "--context", '{"amount": 200}')

    assert "→ 2" in result.stdout
    assert "→ 1" not in result.stdout
    assert "= 200" in result.stdout


def test_an_explanation_leaves_nothing_out_where_it_is_narrow(file: Path) -> None:
    file.write_text(TABLE.replace("big", "b" + "i" * 90 + "g"), encoding="utf-8")

    result = run(file, "--explain", "--context", '{"amount": 200}')

    table = result.stdout[: result.stdout.index("Discount = ")]
    assert table.count("i") >= 90
    assert "…" not in table


def test_an_analysis_names_the_overlap(file: Path) -> None:
    result = run(file, "--analyse")

    assert "rules 2 and 3 both match with different answers; for example Amount = 500" in result.stdout


def test_a_wrong_file_is_refused_with_the_place(file: Path) -> None:
    file.write_text(TABLE.replace("[100..500]", "[100.."), encoding="utf-8")

    result = run(file)

    assert result.exit_code == 1
    assert "discount.dmn:7, 'discount', rule 2, cell 'Amount'" in result.stderr


def test_an_unknown_decision_is_refused_with_the_known_ones(file: Path) -> None:
    result = run(file, "nope")

    assert result.exit_code == 1
    assert "no decision 'nope'; the file has 'discount'" in result.stderr


def test_the_kit_is_counted_as_json(tmp_path: Path, file: Path) -> None:
    folder = tmp_path / "kit" / "compliance-level-3" / "0001-discount"
    folder.mkdir(parents=True)
    file.rename(folder / "discount.dmn")
    (folder / "discount-test-01.xml").write_text(
        '<testCases xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><modelName>discount.dmn</modelName>'
        '<testCase id="1"><inputNode name="amount"><value xsi:type="xsd:decimal">7</value></inputNode>'
        '<resultNode name="Discount"><expected><component name="rate"><value xsi:type="xsd:decimal">0.5</value></component>'
        '<component name="note"><value xsi:type="xsd:string">=small</value></component></expected></resultNode></testCase>'
        '<testCase id="2"><resultNode name="Discount"><expected><value xsi:nil="true"/></expected></resultNode></testCase>'
        "</testCases>",
        encoding="utf-8",
    )

    result = CliRunner().invoke(tck, [str(tmp_path / "kit"), "--json"])

    assert json.loads(result.stdout) == {
        "level2": {"passed": 0, "total": 0},
        "level3": {"passed": 2, "total": 2},
        "level3_expecting_value": {"passed": 1, "total": 1},
        "folders": {"0001-discount": {"passed": 2, "total": 2}},
    }


def test_a_folder_without_the_kit_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(tck, [str(tmp_path)])

    assert result.exit_code == 2
    assert "holds neither compliance-level-2 nor compliance-level-3" in " ".join(result.stderr.replace("│", " ").split())
