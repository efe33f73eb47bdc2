"""Drafts, lint and deployment as the editor's script asks for them."""

import json
import re

import pytest
from sqlalchemy import insert, select

from history.queries import Queries
from history.tables import process_definition
from tests.web_app import Browser, WebApp

BROKEN = b"""<?xml version="1.0"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x">
<bpmn:process id="p" isExecutable="true"><bpmn:startEvent id="s"><bpmn:outgoing>f</bpmn:outgoing></bpmn:startEvent>
<bpmn:sequenceFlow id="f" sourceRef="s" targetRef="t"/><bpmn:serviceTask id="t"/>
</bpmn:process></bpmn:definitions>"""


async def send(browser: Browser, address: str, content: bytes, **fields: object):
    await browser.get("/editor")
    return await browser.post(
        address,
        data={"kind": "bpmn", "name": "p.bpmn", **fields},
        files={"content": ("p.bpmn", content)},
        headers={"X-CSRF-Token": browser.csrf_token, "Accept": "application/json"},
    )


async def test_findings_name_their_element(admin: Browser) -> None:
    findings = (await send(admin, "/editor/lint", BROKEN)).json()["findings"]

    assert [each["element_id"] for each in findings if each["severity"] == "error"] == ["t"]


async def test_findings_are_said_in_the_designers_language(admin: Browser) -> None:
    admin.client.headers["Accept-Language"] = "ru"

    findings = (await send(admin, "/editor/lint", BROKEN)).json()["findings"]

    assert {each["message"] for each in findings} == {
        "Задайте тип задания ('zeebe:taskDefinition')",
        "Путь обрывается здесь без конечного события.",
        "Дайте действию имя: его видят во входящих и в отчётах.",
    }


async def test_a_file_that_is_no_xml_is_a_finding_not_a_failure(admin: Browser) -> None:
    response = await send(admin, "/editor/lint", b"\x00\xff<not xml")

    assert response.status_code == 200
    assert response.json()["findings"]


async def test_what_is_called_and_nobody_deployed_is_told_before_an_instance_stops_there(admin: Browser) -> None:
    called = b"""<bpmn:extensionElements xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">
        <zeebe:formDefinition formId="nobody_drew_it"/><zeebe:calledDecision decisionId="=chosen"/>
        <zeebe:calledElement processId="p"/></bpmn:extensionElements></bpmn:serviceTask>"""
    model = BROKEN.replace(b'<bpmn:serviceTask id="t"/>', b'<bpmn:serviceTask id="t">' + called)

    findings = (await send(admin, "/editor/lint", model)).json()["findings"]

    missing = [(each["element_id"], each["message"]) for each in findings if "not deployed" in each["message"]]
    assert missing == [("t", "The form 'nobody_drew_it' is not deployed yet: an instance would stop here with an incident.")]


async def test_where_an_expression_ends_too_early_is_shown_in_the_designers_language(admin: Browser) -> None:
    admin.client.headers["Accept-Language"] = "ru"
    decision = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x">
    <decision id="fee" name="Fee"><literalExpression><text>1 +</text></literalExpression></decision></definitions>"""

    findings = (await send(admin, "/editor/lint", decision, kind="dmn", name="fee.dmn")).json()["findings"]

    [message] = [each["message"] for each in findings]
    assert "нужно выражение, а стоит конец выражения (строка 1, знак 4)" in message
    assert message.splitlines()[1:] == ["  1 +", "     ^"]


async def test_a_draft_is_saved_version_by_version(admin: Browser) -> None:
    first = (await send(admin, "/editor/save", BROKEN)).json()

    second = (await send(admin, "/editor/save", BROKEN, draft_id=first["draft_id"], expected_version=1)).json()

    assert (first["version"], second["version"]) == (1, 2)
    assert (await admin.get(second["url"])).status_code == 200


async def test_somebody_elses_newer_draft_is_never_overwritten(admin: Browser) -> None:
    draft = (await send(admin, "/editor/save", BROKEN)).json()["draft_id"]
    await send(admin, "/editor/save", BROKEN, draft_id=draft, expected_version=1)

    response = await send(admin, "/editor/save", BROKEN, draft_id=draft, expected_version=1)

    assert response.status_code == 409
    assert "version 2" in response.json()["detail"]


async def test_a_draft_that_is_not_text_is_refused(admin: Browser) -> None:
    response = await send(admin, "/editor/save", b"\xff\xfe\x00")

    assert response.status_code == 422
    assert "UTF-8" in response.json()["detail"]


async def test_a_model_cannot_break_out_of_the_page_it_is_opened_in(admin: Browser) -> None:
    saved = await send(admin, "/editor/save", b"</script><script>alert(1)</script>", name="<b>.bpmn")

    page = (await admin.get(saved.json()["url"])).text

    assert "<script>alert" not in page
    assert "<b>.bpmn" not in page


async def test_staff_may_not_open_the_editor(recorded: WebApp) -> None:
    async with recorded.signed_in("staff") as browser:
        response = await browser.get("/editor")

    assert response.status_code == 403


@pytest.mark.parametrize(("kind", "named"), [("bpmn", "process"), ("dmn", "decisions"), ("form", "form")])
async def test_each_new_file_is_one_of_its_own(admin: Browser, kind: str, named: str) -> None:
    pages = [(await admin.get(f"/editor/new/{kind}")).text for _ in range(2)]

    tokens = [set(re.findall(r"(?:process|decisions?|form)_([0-9a-f]{6})\b", page)) for page in pages]
    assert [len(found) for found in tokens] == [1, 1]
    assert tokens[0] != tokens[1]
    assert all(re.search(rf"{named}_[0-9a-f]{{6}}\.{kind}\b", page) for page in pages)
    assert not re.search(r"\bnew_(?:process|decisions?|form)\b", pages[0])


async def opened(browser: Browser, address: str) -> dict[str, str]:
    """What the page gives its editor."""
    page = await browser.get(address)
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', page.text, re.DOTALL)[1])


async def test_a_draft_is_compared_with_its_process_whatever_the_files_are_called(recorded: WebApp, admin: Browser) -> None:
    newest = Queries(recorded.engine).latest_process_definition("order").xml
    saved = (await send(admin, "/editor/save", newest.encode(), name="quite another name.bpmn")).json()

    shown = await opened(admin, saved["url"])

    assert shown["deployed"] == newest


async def test_an_older_version_is_compared_with_the_newest(recorded: WebApp, admin: Browser) -> None:
    older = Queries(recorded.engine).latest_process_definition("order")
    newer_xml = f"{older.xml}<!-- newer -->"
    with recorded.engine.begin() as connection:
        row = connection.execute(select(process_definition).where(process_definition.c.key == older.key)).one()
        newer = {"key": older.key * 2, "version": older.version + 1, "xml": newer_xml}
        connection.execute(insert(process_definition).values(dict(row._mapping) | newer))

    shown = await opened(admin, f"/editor/processes/{older.key}")

    assert shown["deployed"] == newer_xml
