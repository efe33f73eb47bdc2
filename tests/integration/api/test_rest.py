"""Every REST resource against a real gateway and the read models made from its records."""

import pytest

from tests.bpmn_builder import process
from tests.integration.api.conftest import Program
from tests.integration.gateway.gateway_process import WAIT_AND_WORK


async def create(program: Program, bpmn_process_id: str, **variables) -> str:
    await program.deploy(("models.bpmn", WAIT_AND_WORK))
    created = await program.ask("POST", "/instances", json={"bpmn_process_id": bpmn_process_id, "variables": variables})
    assert created.status_code == 201, created.text
    return created.json()["process_instance_key"]


async def test_a_deployed_process_is_listed_with_its_file(program: Program) -> None:
    deployed = await program.deploy(("models.bpmn", WAIT_AND_WORK))

    processes = (await program.ask("GET", "/processes")).json()
    key = deployed.json()["processes"][0]["process_definition_key"]
    xml = await program.ask("GET", f"/processes/definitions/{key}/xml")
    elements = (await program.ask("GET", f"/processes/definitions/{key}/elements")).json()

    assert deployed.status_code == 201
    assert {each["bpmn_process_id"] for each in processes} >= {"work_and_check", "ask"}
    assert xml.content.strip() == WAIT_AND_WORK.strip()
    assert {"start", "work", "end"} <= {each["element_id"] for each in elements}


async def test_a_broken_file_is_refused_with_findings_and_nothing_is_deployed(program: Program) -> None:
    broken = WAIT_AND_WORK.replace(b'type="work"', b'type=""').replace(b"work_and_check", b"half_deployed")

    refused = await program.deploy(("good.bpmn", WAIT_AND_WORK.replace(b"work_and_check", b"half")), ("bad.bpmn", broken))
    processes = (await program.ask("GET", "/processes")).json()

    finding = refused.json()["findings"][0]
    assert refused.status_code == 422
    assert (finding["resource_name"], finding["element_id"], finding["severity"]) == ("bad.bpmn", "work", "error")
    assert not {"half", "half_deployed"} & {each["bpmn_process_id"] for each in processes}


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("no.bpmn", b"<open", 422),
        ("no.bpmn", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', 422),
        ("no.txt", b"text", 422),
        ("../../no.bpmn", b"", 422),
        ("big.bpmn", b"<" * (5 * 1024 * 1024), 413),
    ],
)
async def test_a_hostile_file_is_refused_and_the_server_lives(program: Program, name, content, status) -> None:
    refused = await program.deploy((name, content))
    after = await program.ask("GET", "/processes")

    assert refused.status_code == status, refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    assert after.status_code == 200


async def test_an_instance_is_created_found_and_cancelled(program: Program) -> None:
    key = await create(program, "work_and_check", order="A-17")

    found = await program.ask("GET", '/instances?variable_name=order&variable_value="A-17"&state=ACTIVE')
    variables = await program.ask("GET", f"/instances/{key}/variables")
    cancelled = await program.ask("POST", f"/instances/{key}/cancellation")
    again = await program.ask("POST", f"/instances/{key}/cancellation")
    instance = (await program.ask("GET", f"/instances/{key}")).json()

    assert key in {each["key"] for each in found.json()["items"]}
    assert {each["name"]: each["value"] for each in variables.json()} == {"order": "A-17"}
    assert (cancelled.status_code, again.status_code) == (204, 404)
    assert instance["state"] == "CANCELED"


async def test_the_result_of_an_instance_can_be_awaited(program: Program) -> None:
    await program.deploy(("quick.bpmn", process("quick").start("s").end("e").xml()))

    body = {"bpmn_process_id": "quick", "variables": {"n": 1}, "await_result_ms": 5000}
    created = await program.ask("POST", "/instances", json=body)

    assert created.json()["variables"] == {"n": 1}


async def test_variables_are_set_in_a_scope_of_the_instance_only(program: Program) -> None:
    key, other = await create(program, "work_and_check", n=1), await create(program, "work_and_check", n=1)

    elements = (await program.ask("GET", f"/instances/{other}/elements")).json()
    foreign = await program.ask(
        "PUT", f"/instances/{key}/variables", json={"variables": {"n": 2}, "scope_key": elements[0]["key"]}
    )
    done = await program.ask("PUT", f"/instances/{key}/variables", json={"variables": {"n": 3}})
    history = await program.ask("GET", f"/instances/{key}/variables/n/history")

    assert (foreign.status_code, done.status_code) == (404, 204)
    assert {each["value"] for each in history.json()} == {1, 3}


async def test_a_user_task_is_claimed_completed_and_gone(program: Program) -> None:
    key = await create(program, "ask", amount=5)

    tasks = (await program.ask("GET", f"/user-tasks?process_instance_key={key}&variable=amount", "staff")).json()["items"]
    task = tasks[0]["key"]
    unclaimed = await program.ask("POST", f"/user-tasks/{task}/completion", "staff", json={})
    claimed = await program.ask("PUT", f"/user-tasks/{task}/assignee", "staff", json={})
    seen = (await program.ask("GET", f"/user-tasks/{task}", "staff")).json()
    completed = await program.ask("POST", f"/user-tasks/{task}/completion", "staff", json={"variables": {"ok": True}})
    again = await program.ask("POST", f"/user-tasks/{task}/completion", "staff", json={})
    left = (await program.ask("GET", f"/user-tasks?process_instance_key={key}", "staff")).json()["items"]

    assert tasks[0]["variables"] == {"amount": 5}
    assert (unclaimed.status_code, "claim it first" in unclaimed.json()["detail"]) == (409, True)
    assert (claimed.status_code, seen["assignee"]) == (204, "staff")
    assert (completed.status_code, again.status_code) == (204, 404)
    assert left == []


async def test_staff_neither_assign_others_nor_decide_a_task_of_somebody_else(program: Program) -> None:
    key = await create(program, "ask")
    task = (await program.ask("GET", f"/user-tasks?process_instance_key={key}")).json()["items"][0]["key"]

    for_others = await program.ask("PUT", f"/user-tasks/{task}/assignee", "staff", json={"assignee": "bob"})
    by_manager = await program.ask("PUT", f"/user-tasks/{task}/assignee", "manager", json={"assignee": "bob"})
    foreign = await program.ask("POST", f"/user-tasks/{task}/completion", "staff", json={})
    taken_away = await program.ask("DELETE", f"/user-tasks/{task}/assignee", "staff")

    assert [for_others.status_code, by_manager.status_code] == [403, 204]
    assert [foreign.status_code, taken_away.status_code] == [409, 409]
    assert "assigned to bob" in foreign.json()["detail"]


async def test_a_task_of_another_group_does_not_exist_for_staff(program: Program) -> None:
    xml = process("grouped").start("s").user_task("only_legal", groups="legal").end("e").xml()
    await program.deploy(("grouped.bpmn", xml))
    key = (await program.ask("POST", "/instances", json={"bpmn_process_id": "grouped"})).json()["process_instance_key"]
    task = (await program.ask("GET", f"/user-tasks?process_instance_key={key}")).json()["items"][0]["key"]

    listed = await program.ask("GET", f"/user-tasks?process_instance_key={key}", "staff")
    answers = [
        await program.ask("GET", f"/user-tasks/{task}", "staff"),
        await program.ask("PUT", f"/user-tasks/{task}/assignee", "staff", json={}),
        await program.ask("POST", f"/user-tasks/{task}/completion", "staff", json={}),
    ]

    assert listed.json()["items"] == []
    assert [answer.status_code for answer in answers] == [404, 404, 404]


async def test_an_incident_is_shown_and_resolved_with_new_retries(program: Program) -> None:
    key = await create(program, "work_and_check")
    zeebe = program.web_app.services.zeebe
    for job in await zeebe.activate_jobs("work", worker="test", max_jobs=50):
        await zeebe.fail_job(job.key, retries=0, error_message="no paper")
    await program.catch_up()

    incidents = (await program.ask("GET", f"/incidents?process_instance_key={key}")).json()["items"]
    resolved = await program.ask("POST", f"/incidents/{incidents[0]['key']}/resolution", json={"retries": 2})
    after = (await program.ask("GET", f"/incidents?process_instance_key={key}")).json()["items"]
    many = await program.ask("POST", "/incidents/resolutions", json={"keys": [incidents[0]["key"], "1"]})
    jobs = (await program.ask("GET", f"/instances/{key}/jobs")).json()

    assert (incidents[0]["error_message"], incidents[0]["element_id"]) == ("no paper", "work")
    assert (resolved.status_code, after) == (204, [])
    assert [each["is_resolved"] for each in many.json()] == [False, False]
    assert jobs[0]["retries"] >= 1


async def test_a_message_with_an_id_is_taken_once(program: Program) -> None:
    message = {"name": "paid", "correlation_key": "A-17", "message_id": "m-1", "time_to_live_ms": 60_000}

    first = await program.ask("POST", "/messages", json=message)
    second = await program.ask("POST", "/messages", json=message)

    assert (first.status_code, second.status_code) == (201, 409)


async def test_a_decision_is_evaluated_with_the_rules_that_matched(program: Program) -> None:
    dmn = (program.web_app.services.values.templates.parent / "decisions" / "ticket_routing.dmn").read_bytes()
    await program.deploy(("ticket_routing.dmn", dmn))

    variables = {"category": "Access", "priority": "high", "confidence": 0.99}
    answer = await program.ask("POST", "/decisions/ticket_routing/evaluation", json={"variables": variables})
    unknown = await program.ask("POST", "/decisions/no_such/evaluation", json={})
    listed = await program.ask("GET", "/decisions")

    assert answer.status_code == 200, answer.text
    assert isinstance(answer.json()["output"], dict)
    assert any(each["matched_rules"] for each in answer.json()["evaluated"])
    assert unknown.status_code in {400, 404}
    assert "ticket_routing" in {each["decision_id"] for each in listed.json()}


async def test_a_ticket_starts_one_instance_however_often_it_comes(program: Program) -> None:
    folder = program.web_app.services.values.templates.parent
    models = [*(folder / "processes" / "ticket_triage").glob("*.*"), *(folder / "decisions").glob("*.dmn")]
    await program.deploy(*((path.name, path.read_bytes()) for path in models if path.suffix in {".bpmn", ".dmn", ".form"}))
    before = (await program.ask("GET", "/instances?bpmn_process_id=ticket_triage&with_total=true")).json()["total"]

    ticket = {"source": "shop", "external_id": "4711", "text": "The printer is on fire."}
    first = await program.ask("POST", "/tickets", "staff", json=ticket)
    second = await program.ask("POST", "/tickets", "staff", json=ticket)
    batch = await program.ask("POST", "/tickets/batch", "staff", json=[ticket, ticket | {"external_id": "4712"}])
    after = (await program.ask("GET", "/instances?bpmn_process_id=ticket_triage&with_total=true")).json()["total"]

    assert (first.status_code, second.status_code) == (201, 200)
    assert [receipt["is_new"] for receipt in batch.json()] == [False, True]
    assert first.json()["ticket_id"] == second.json()["ticket_id"]
    assert after - before == 2


async def test_a_draft_is_saved_over_its_version_only_and_deployed(program: Program) -> None:
    content = process("drafted").start("s").end("e").xml().decode()
    draft = (await program.ask("POST", "/drafts", "designer", json={"kind": "bpmn", "name": "d", "content": "<a/>"})).json()
    address = f"/drafts/{draft['draft_id']}"

    saved = await program.ask("PUT", address, "designer", json={"content": content, "expected_version": 1})
    conflict = await program.ask("PUT", address, "designer", json={"content": "<late/>", "expected_version": 1})
    first = await program.ask("GET", f"{address}/versions/1", "designer")
    deployed = await program.ask("POST", f"{address}/deployment", "designer")

    assert saved.json()["version"] == 2
    assert (conflict.status_code, "saved version 2" in conflict.text) == (409, True)
    assert first.json()["content"] == "<a/>"
    assert deployed.json()["processes"][0]["bpmn_process_id"] == "drafted"


async def test_the_heat_map_counts_what_went_through(program: Program) -> None:
    xml = process("counted").start("s").end("e").xml()
    await program.deploy(("counted.bpmn", xml))
    for _ in range(3):
        await program.ask("POST", "/instances", json={"bpmn_process_id": "counted"})

    found = (await program.ask("GET", "/heat-map/counted", "manager")).json()
    unknown = await program.ask("GET", "/heat-map/no_such", "manager")

    assert {cell["element_id"]: cell["completed"] for cell in found["cells"]} == {"s": 3, "e": 3}
    assert unknown.status_code == 404


@pytest.mark.parametrize(
    "path", ["/instances/1", "/incidents/1", "/user-tasks/1", "/instances/1/timeline", "/tickets/T-0", "/drafts/x"]
)
async def test_what_is_not_there_is_a_problem_with_its_name(program: Program, path: str) -> None:
    answer = await program.ask("GET", path, "admin")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert path.split("/")[2] in answer.json()["detail"]


async def test_an_operator_moves_a_token_past_the_model(program: Program) -> None:
    key = await create(program, "ask")
    [decide] = [
        each["key"]
        for each in (await program.ask("GET", f"/instances/{key}/elements")).json()
        if each["element_id"] == "decide"
    ]

    nothing = await program.ask("POST", f"/instances/{key}/modification", json={})
    unknown = await program.ask("POST", f"/instances/{key}/modification", json={"end": ["5"]})
    moved = await program.ask(
        "POST",
        f"/instances/{key}/modification",
        json={"move": [{"element_instance_key": decide, "element_id": "ask_end"}]},
    )

    instance = (await program.ask("GET", f"/instances/{key}")).json()
    assert (nothing.status_code, unknown.status_code, moved.status_code) == (422, 409, 204)
    assert instance["state"] == "COMPLETED"
