import json

import pytest

from services.modelling import Severity
from services.modelling.form_check import check_form


def check(form: object) -> list[tuple[str, str]]:
    return [(each.severity, each.element_id) for each in check_form("f.form", json.dumps(form).encode())]


def test_a_good_form_has_no_findings() -> None:
    form = {"id": "f", "components": [{"id": "a", "type": "textfield", "key": "name"}]}

    assert check(form) == []


def test_a_component_in_a_group_is_found_too() -> None:
    form = {"id": "f", "components": [{"id": "g", "type": "group", "components": [{"id": "inner"}]}]}

    assert check(form) == [(Severity.ERROR, "inner")]


def test_two_components_for_one_variable_are_a_warning_at_the_second() -> None:
    components = [{"id": name, "type": "textfield", "key": "same"} for name in ("a", "b")]

    assert check({"id": "f", "components": components}) == [(Severity.WARNING, "b")]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"id": 1, "components": 2}'])
def test_what_is_no_form_is_a_finding_and_no_crash(content: bytes) -> None:
    findings = check_form("f.form", content)

    assert findings
    assert all(finding.resource_name == "f.form" for finding in findings)
