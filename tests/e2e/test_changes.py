"""A suggestion of five field changes: three approved, tried, applied, told in the timeline; taken back over a hand's edit."""

import json
from collections.abc import Iterator
from typing import Any

import grpc
import httpx
import pytest
from playwright.sync_api import Page, expect
from pyzeebe.proto.gateway_pb2 import CancelProcessInstanceRequest
from pyzeebe.proto.gateway_pb2_grpc import GatewayStub

from history.database import open_engine
from services.identity import AccountDraft, Role
from services.identity.local import LocalIdentities
from tests.bpmn_builder import process
from tests.house import House

SUGGESTED = [
    ("customer:1", "name", "Aqua Trade Baltic Ltd", 0.91),
    ("customer:1", "email", "billing@aqua.example", 0.88),
    ("customer:1", "phone", "+371 2000 4711", 0.86),
    ("deal:1", "stage", "negotiation", 0.64),
    ("deal:1", "title", "Two pumps for the Baltic yard", 0.55),
]


@pytest.fixture(scope="module")
def assistant(running: House) -> Iterator[httpx.Client]:
    """A program with an account of its own, so that the administrator is not the author."""
    engine = open_engine(f"sqlite:///{running.data / 'penstock.db'}")
    identities = LocalIdentities(engine)
    account, _password = identities.create_account(AccountDraft("assistant", "", frozenset({Role.MANAGER})))
    _token, secret = identities.create_token(account.account_id, "walk")
    engine.dispose()
    with httpx.Client(base_url=running.web, headers={"Authorization": f"Bearer {secret}"}, timeout=30) as client:
        yield client


def asked(client: httpx.Client, method: str, address: str, body: object = None) -> Any:
    answer = client.request(method, f"/api/v1{address}", json=body)
    assert answer.is_success, answer.text
    return answer.json()


def kept(page: Page, kind: str, **typed: str) -> None:
    """A person takes a customer or a deal into the built-in CRM."""
    page.goto(f"/crm?kind={kind}")
    page.get_by_role("button", name=f"New {kind}").click()
    for label, text in typed.items():
        page.get_by_role("dialog").get_by_label(label).fill(text)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_text("It is kept.")).to_be_visible()


def suggestion(assistant: httpx.Client) -> str:
    items = [
        {"system": "crm", "record": record, "field": name, "after": after, "confidence": confidence, "evidence": "The call."}
        for record, name, after, confidence in SUGGESTED
    ]
    body = {"title": "Tidy up after the call", "author_kind": "assistant", "model": "local-mini 1", "items": items}
    return asked(assistant, "POST", "/changes", body)["set_id"]


def values_of(running: House, record: str) -> dict[str, str | None]:
    kind, _colon, number = record.partition(":")
    query = 'SELECT "values" FROM crm_own_record WHERE kind = ? AND number = ?'
    return json.loads(running.sql(query, kind, number)[0][0])


def state_of(assistant: httpx.Client, set_id: str) -> dict[str, str]:
    return {item["field"]: item["state"] for item in asked(assistant, "GET", f"/changes/{set_id}")["items"]}


def test_five_suggestions_three_approved_one_of_them_no_longer_revertible(
    page: Page, running: House, assistant: httpx.Client
) -> None:
    kept(page, "customer", Name="Aqua Trade Ltd", Phone="+371 2000 0000", **{"E-mail": "office@aqua.example"})
    kept(page, "deal", Deal="Two pumps", Amount="1200", Stage="offer")
    set_id = suggestion(assistant)
    running.wait_until(lambda: set(state_of(assistant, set_id).values()) == {"awaiting"}, 30, "the policy has judged")

    # Found in the list, looked at, tried without sending anything.
    page.goto("/changes")
    page.get_by_role("link", name="Tidy up after the call").click()
    expect(page.get_by_text("billing@aqua.example").first).to_be_visible()
    page.get_by_role("tab", name="Dry run").click()
    expect(page.locator("#dry-run .badge", has_text="Would be sent")).to_have_count(5)
    expect(page.locator("#dry-run")).to_contain_text("Idempotency-Key")
    page.get_by_role("tab", name="Difference").click()

    # Three approved and two refused, by keyboard alone.
    page.locator(".change-item h3 a").first.focus()
    for key in ("a", "a", "a", "r", "r"):
        page.keyboard.press(key)
    expect(page.locator("[data-tally]")).to_have_text("3 to approve, 2 to refuse")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("3 approved, 2 refused.")).to_be_visible()

    # The page follows by itself.
    expect(page.locator("#change-state")).to_contain_text("Partly applied", timeout=30_000)
    expect(page.locator(".change-item.good")).to_have_count(3)
    changed = {"name": "Aqua Trade Baltic Ltd", "email": "billing@aqua.example", "phone": "+371 2000 4711"}
    assert values_of(running, "customer:1") == changed
    assert values_of(running, "deal:1") == {"title": "Two pumps", "amount": "1200", "stage": "offer"}
    page.get_by_role("tab", name="Timeline").click()
    timeline = page.locator("#change-timeline")
    expect(timeline).to_contain_text("local-mini 1")
    expect(timeline.get_by_text("admin")).to_have_count(5)

    # Somebody writes the e-mail address by hand, on the customer's page: the revert stops there and shows it.
    page.goto("/crm?text=baltic")
    page.get_by_role("link", name="Aqua Trade Baltic Ltd").click()
    page.get_by_label("E-mail").fill("ceo@aqua.example")
    page.get_by_role("button", name="Propose the change").click()
    expect(page.locator("#change-state")).to_contain_text("Applied", timeout=30_000)
    page.get_by_role("link", name="Aqua Trade Baltic Ltd").click()
    expect(page.get_by_label("E-mail")).to_have_value("ceo@aqua.example")
    expect(page.get_by_text("by hand: admin")).to_have_count(1)
    page.goto(f"/changes/{set_id}")
    page.get_by_role("button", name="Take back…").click()
    page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    refused = page.get_by_role("alert", name="Not taken back")
    expect(refused).to_contain_text("billing@aqua.example")
    expect(refused).to_contain_text("ceo@aqua.example")

    # The other two are taken back, the hand's value stays.
    page.get_by_role("button", name="Take back the other 2").click()
    expect(page.locator("#change-state")).to_contain_text("Applied", timeout=30_000)
    by_hand = {"name": "Aqua Trade Ltd", "email": "ceo@aqua.example", "phone": "+371 2000 0000"}
    assert values_of(running, "customer:1") == by_hand


def test_an_import_is_previewed_proposed_and_there(page: Page) -> None:
    page.goto("/directories/import")
    content = b"track,client,project,owner\nCanals,Bega,Dredgers,anna\n,Lost,,\n"

    page.get_by_label("File").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("a client needs its track in the same row")).to_be_visible()
    page.get_by_role("button", name="Propose 3 changes").click()
    expect(page.locator("#change-state")).to_contain_text("Applied", timeout=30_000)
    page.goto("/directories")

    for name in ("Canals", "Bega", "Dredgers"):
        expect(page.locator(".directory-row", has_text=name)).to_have_count(1)


def test_one_variable_of_many_instances_is_set_as_a_change(page: Page, running: House) -> None:
    active = "SELECT count(*) FROM process_instance WHERE bpmn_process_id = 'ticket_triage' AND state = 'ACTIVE'"
    [(many,)] = running.sql(active)
    page.goto("/instances?process=ticket_triage&state=ACTIVE")
    page.get_by_role("link", name="Edit a variable…").click()

    page.get_by_label("Variable").fill("walk")
    page.get_by_label("New value").fill('{"seen": true}')
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Propose the change").click()

    expect(page.locator("#change-state")).to_contain_text("Applied", timeout=60_000)
    edited = "SELECT count(*) FROM variable WHERE name = 'walk'"
    running.wait_until(lambda: running.sql(edited) == [(many,)], 10, f"the read models have {many} variables")
    assert many > 1


def version_of_asking(running: House, element_id: str) -> None:
    """Another version of a process with one question, under this id."""
    path = running.data / "moved.bpmn"
    path.write_bytes(process("moved").start("began").user_task(element_id).end("over").xml())
    running.command("deploy", str(path))


def where_moved_instances_are(running: House) -> list[tuple[int, str]]:
    query = """
        SELECT i.version, e.element_id FROM process_instance i JOIN element_instance e ON e.process_instance_key = i.key
        WHERE i.bpmn_process_id = 'moved' AND e.element_type = 'USER_TASK' AND e.state = 'ACTIVE' ORDER BY i.key
    """
    return running.sql(query)


def test_instances_are_moved_to_another_version_and_back(page: Page, running: House, assistant: httpx.Client) -> None:
    version_of_asking(running, "ask")
    for _each in range(2):
        asked(assistant, "POST", "/instances", {"bpmn_process_id": "moved"})
    running.wait_until(lambda: len(where_moved_instances_are(running)) == 2, 30, "both wait")
    version_of_asking(running, "ask_again")
    running.wait_until(
        lambda: len(running.sql("SELECT 1 FROM process_definition WHERE bpmn_process_id = 'moved'")) == 2, 30, "v2"
    )

    # Seen before: without a new id for the question nobody can be moved.
    page.goto("/changes/migrations?process=moved")
    expect(page.get_by_text("Stays")).to_have_count(2)
    page.get_by_role("combobox", name="ask").select_option(label="ask_again · ask_again")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Can be moved")).to_have_count(2)

    # Proposed, applied and told; the engine has moved them.
    page.get_by_placeholder("Reason (optional)").fill("the question was split")
    page.get_by_role("button", name="Propose the change").click()
    expect(page.locator("#change-state")).to_contain_text("Applied", timeout=30_000)
    assert where_moved_instances_are(running) == [(2, "ask_again")] * 2
    page.get_by_role("tab", name="Timeline").click()
    expect(page.locator("#change-timeline")).to_contain_text("the question was split")

    # Taken back by the same road.
    page.get_by_role("button", name="Take back…").click()
    page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    expect(page.locator("#change-state")).to_contain_text("Applied", timeout=30_000)
    assert where_moved_instances_are(running) == [(1, "ask")] * 2

    # Nobody else's inbox is to hold questions of this process.
    with grpc.insecure_channel(f"127.0.0.1:{running.ports['GRPC']}") as channel:
        for (key,) in running.sql("SELECT key FROM process_instance WHERE bpmn_process_id = 'moved'"):
            GatewayStub(channel).CancelProcessInstance(CancelProcessInstanceRequest(processInstanceKey=key))
    open_questions = "SELECT count(*) FROM user_task WHERE bpmn_process_id = 'moved' AND state = 'CREATED'"
    running.wait_until(lambda: running.sql(open_questions) == [(0,)], 30, "nobody is asked any more")
