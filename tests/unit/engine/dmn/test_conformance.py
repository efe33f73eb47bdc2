"""The conformance kit passes as far as docs/reference/conformance.md says."""

from pathlib import Path

import pytest

from engine.dmn.conformance import Report, run_kit, same
from engine.dmn.conformance_cases import read_cases
from engine.feel import Dialect

KIT = Path(__file__).parents[5] / "shared" / "dmn-tck"
needs_kit = pytest.mark.skipif(not KIT.is_dir(), reason="the DMN TCK is not at ../shared/dmn-tck")


def complaints(report: Report, level: str) -> list[str]:
    return [f"{one.folder} {one.case_id}: {one.problems}" for one in report.failures if one.level == level]


@needs_kit
def test_camundas_dialect_passes_all_of_level_2_and_more_of_level_3_than_camunda() -> None:
    report = run_kit(KIT)

    assert complaints(report, "level2") == []
    assert report.level2.total == 116
    assert report.level3_expecting_value.passed / report.level3_expecting_value.total >= 0.90


@needs_kit
def test_the_strict_dialect_passes_almost_all_of_level_3() -> None:
    report = run_kit(KIT, Dialect.STRICT)

    assert complaints(report, "level2") == []
    assert report.level3_expecting_value.passed / report.level3_expecting_value.total >= 0.97


def test_a_case_tells_inputs_and_expectations(tmp_path: Path) -> None:
    path = tmp_path / "cases.xml"
    path.write_text(
        """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
          <modelName>m.dmn</modelName>
          <testCase id="1"><inputNode name="who"><component name="age"><value xsi:type="xsd:decimal">1.5</value></component>
            <component name="tags"><list><item><value>x</value></item></list></component></inputNode>
            <resultNode name="d"><expected><value xsi:nil="true"/></expected></resultNode></testCase>
          <testCase id="2"><resultNode name="e" errorResult="true"/></testCase></testCases>""",
        encoding="utf-8",
    )

    model, cases = read_cases(path)

    assert model == "m.dmn"
    assert same(cases[0].inputs, {"who": {"age": 1.5, "tags": ["x"]}})
    assert [(one.expects_value, one.expectations[0].is_error) for one in cases] == [(False, False), (False, True)]


def test_a_failing_case_says_what_was_expected(tmp_path: Path) -> None:
    folder = tmp_path / "compliance-level-2" / "0001-wrong"
    folder.mkdir(parents=True)
    (folder / "m.dmn").write_text(
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="g" name="g" namespace="n"><decision id="d" '
        'name="sum"><literalExpression><text>1 + 1</text></literalExpression></decision></definitions>',
        encoding="utf-8",
    )
    (folder / "m-test-01.xml").write_text(
        '<testCases xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><modelName>m.dmn</modelName><testCase id="1">'
        '<resultNode name="sum"><expected><value xsi:type="xsd:decimal">3</value></expected></resultNode></testCase>'
        "</testCases>",
        encoding="utf-8",
    )

    report = run_kit(tmp_path)

    assert str(report.level2) == "0/1 (0.0 %)"
    assert report.failures[0].problems == ("sum: expected 3, was 2",)
