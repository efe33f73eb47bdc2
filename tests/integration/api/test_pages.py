"""Every page shows what a real gateway's records made of the read models."""

import re

import pytest

from tests.integration.api.conftest import Program
from tests.integration.gateway.gateway_process import WAIT_AND_WORK


@pytest.fixture
async def busy_program(program: Program) -> Program:
    """Something active, something waiting for a person, something stuck, something cancelled."""
    await program.deploy(("models.bpmn", WAIT_AND_WORK))
    keys = []
    for bpmn_process_id in ("ask", "work_and_check", "work_and_check"):
        body = {"bpmn_process_id": bpmn_process_id, "variables": {"customer": "<b>Ada</b>"}}
        keys.append((await program.ask("POST", "/instances", json=body)).json()["process_instance_key"])
    await program.ask("POST", f"/instances/{keys[2]}/cancellation")
    zeebe = program.web_app.services.zeebe
    for job in await zeebe.activate_jobs("work", worker="test", max_jobs=50):
        await zeebe.fail_job(job.key, retries=0, error_message="<script>alert(1)</script>")
    await program.catch_up()
    return program


async def test_every_page_opens_on_real_data_in_both_languages(busy_program: Program) -> None:
    queries = busy_program.web_app.services.queries
    instance = next(each for each in queries.instances().items if each.bpmn_process_id == "ask" and each.state == "ACTIVE")
    task = queries.instance_user_tasks(instance.key)[0]
    addresses = ["/", "/inbox", f"/inbox/{task.key}", "/instances", f"/instances/{instance.key}", "/incidents", "/processes"]
    addresses += [
        f"/instances/{instance.key}/modify",
        "/processes/ask",
        "/heat-map?process=ask",
        "/editor",
        "/accounts",
        "/account",
        "/api-docs",
    ]

    async with busy_program.web_app.signed_in("admin") as browser:
        for language in ("en", "ru"):
            await browser.post("/language", {"language": language})
            for address in addresses:
                page = await browser.get(address)

                assert page.status_code == 200, (language, address, page.text[-2000:])
                assert f'<html lang="{language}"' in page.text
                assert "<script>alert(1)</script>" not in page.text
                assert "<b>Ada</b>" not in page.text


async def test_the_start_page_counts_what_is_there(busy_program: Program) -> None:
    summary = (await busy_program.ask("GET", "/summary", "admin")).json()

    async with busy_program.web_app.signed_in("manager") as browser:
        page = await browser.get("/")

    shown = [int(number.replace(",", "")) for number in re.findall(r'<span class="value">([\d,]+)</span>', page.text)]
    assert shown[:3] == [summary["open_tasks"], summary["active_instances"], summary["open_incidents"]]
    assert all(shown[:3])
    assert page.text.count("<rect") >= 1


async def test_sample_tickets_arrive_as_instances(program: Program) -> None:
    folder = program.web_app.services.values.templates.parent
    models = [*(folder / "processes" / "ticket_triage").glob("*.*"), *(folder / "decisions").glob("*.dmn")]
    await program.deploy(*((path.name, path.read_bytes()) for path in models if path.suffix in {".bpmn", ".dmn", ".form"}))
    before = program.web_app.services.queries.summary(since=program.started_at).started_since

    async with program.web_app.signed_in("staff") as browser:
        sent = await browser.post("/samples", {"count": 7})
        page = await browser.get("/")
    await program.catch_up()

    assert sent.status_code == 303
    assert "7 sample tickets are on their way." in page.text
    assert program.web_app.services.queries.summary(since=program.started_at).started_since - before == 7


async def test_the_note_of_a_started_instance_leads_to_it(busy_program: Program) -> None:
    async with busy_program.web_app.signed_in("admin") as browser:
        await browser.post("/processes/ask/start", {"variables": '{"customer": "Ada"}'})
        page = await browser.get("/processes/ask")
        await busy_program.catch_up()
        address = re.findall(r'<a href="(/instances/\d+)">Instance \d+ was started\.</a>', page.text)
        instance = await browser.get(address[0])

    assert instance.status_code == 200
    assert "Ada" in instance.text


async def test_an_operator_modifies_an_instance_on_its_page(busy_program: Program) -> None:
    queries = busy_program.web_app.services.queries
    instance = next(each for each in queries.instances().items if each.bpmn_process_id == "ask" and each.state == "ACTIVE")
    [decide] = [each for each in queries.element_instances(instance.key) if each.element_id == "decide"]
    address = f"/instances/{instance.key}/modify"

    async with busy_program.web_app.signed_in("admin") as browser:
        shown = await browser.get(address)
        nothing = await browser.post(address, {})
        refused = await browser.post(address, {f"visit_{decide.key}": "to:ask_end", "variables": "[1]"})
        moved = await browser.post(address, {f"visit_{decide.key}": "to:pause", "variables": '{"why": "late"}'})
    await busy_program.catch_up()

    active = [each.element_id for each in queries.element_instances(instance.key) if each.state == "ACTIVE"]
    assert 'value="to:pause"' in shown.text
    assert 'value="to:ask_start"' not in shown.text
    assert (nothing.status_code, refused.status_code, moved.status_code) == (422, 422, 303)
    assert 'value="to:ask_end" selected' in refused.text
    assert active == ["pause"]
    assert [each.value for each in queries.variables(instance.key) if each.name == "why"] == ['"late"']
