from services.modelling import Finding, Severity, findings_of_rejection

REFUSAL = "Command 'CREATE' rejected with code 'INVALID_ARGUMENT': Expected to deploy new resources"
ZEEBE = f"""{REFUSAL}, but encountered the following errors:
'order.bpmn': - Element: check_credit > extensionElements > taskDefinition
    - ERROR: Attribute 'type' must be present and not empty
    - ERROR: second remark
- Element: decide
    - WARNING: no default flow
'rates.dmn': Error: Line=12: FEEL unary-tests: failed to parse
"""


def test_each_remark_becomes_a_finding_at_its_element() -> None:
    findings = findings_of_rejection(ZEEBE)

    path = "check_credit > extensionElements > taskDefinition"
    assert findings == (
        Finding("Attribute 'type' must be present and not empty", Severity.ERROR, "check_credit", path, 0, "order.bpmn"),
        Finding("second remark", Severity.ERROR, "check_credit", path, 0, "order.bpmn"),
        Finding("no default flow", Severity.WARNING, "decide", "decide", 0, "order.bpmn"),
        Finding("FEEL unary-tests: failed to parse", Severity.ERROR, "", "", 12, "rates.dmn"),
    )


def test_a_remark_over_several_lines_stays_one() -> None:
    findings = findings_of_rejection("'a.bpmn': - Element: task\n    - ERROR: failed to parse\n        expected ')'\n")

    assert [finding.message for finding in findings] == ["failed to parse\nexpected ')'"]


def test_a_text_of_another_form_is_one_finding() -> None:
    findings = findings_of_rejection("the cluster is being upgraded")

    assert findings == (Finding("the cluster is being upgraded"),)


def test_a_remark_about_a_cell_keeps_its_place_and_the_lines_that_show_it() -> None:
    refusal = "rates.dmn:20, 'rate', rule 2, cell 'Years, here': FEEL unary-tests: failed to parse\n  >= = 5\n     ^"

    findings = findings_of_rejection(f"{refusal}\nrates.dmn:24, 'rate': the table has no rule")

    assert findings == (
        Finding(
            "FEEL unary-tests: failed to parse\n  >= = 5\n     ^",
            Severity.ERROR,
            "rate",
            "rule 2 > Years, here",
            20,
            "rates.dmn",
        ),
        Finding("the table has no rule", Severity.ERROR, "rate", "", 24, "rates.dmn"),
    )
