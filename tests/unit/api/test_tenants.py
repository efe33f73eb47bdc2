"""Two tenants in one installation: whoever walks every route with the other's keys finds nothing there.

The other tenant's things are real: its people made them through the same routes; processes come from a record.
"""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from api.app import all_routes, create_app
from api.permissions import rule_for
from api.reference import SILENT, is_of_a_tenant
from bootstrap.connections import zeebe_client
from bootstrap.pages import api_services
from services.identity import Account, AccountDraft, Role
from services.identity.local import LocalIdentities
from settings import Settings
from tests.history_log import GOLDEN, project
from tests.tenant_things import make_things
from tests.web_app import NOBODY, PASSWORD, QUICK, Browser, open_database, write_assets
from zeebe.records import decode_lines

SECRET = "acme-only-words"
HERE, ACME = "<default>", "acme"
PARAMETER = re.compile(r"{(\w+)(?::int)?}")
# Their {key} is of several kinds.
KEY_NOUNS = {
    "instances": "instance",
    "incidents": "incident",
    "user-tasks": "task",
    "inbox": "task",
    "assistant": "task",
    "processes": "definition",
    "decisions": "requirements",
    "editor": "definition",
}
# These name things by words; the other tenant has one of the name, this one has not.
NAME_NOUNS = {"connections": "connection"}
NUMBER_NOUNS = {"classifier": "classifier"}
# What has no page that shows it by its key to its owner, or a page that asks another system.
NOT_SHOWN = {"/connections/{name}/agree", "/notifications/{notification_id}/open"}
FORM = '{"components": [], "type": "default", "id": "ask"}'


@dataclass
class TwoTenants:
    """An installation with an administrator in each tenant, and the ids of what the second one has."""

    app: object
    accounts: LocalIdentities
    # Makes one thing of every kind for somebody of a tenant, with these words in its text.
    make: Callable[[str, Account, str], Mapping[str, str]]
    ids: dict[str, str] = field(default_factory=dict)

    def account(self, tenant_id: str, *roles: Role):
        draft = AccountDraft(
            f"{'-'.join(roles)}.{tenant_id.strip('<>')}",
            SECRET if tenant_id == ACME else "",
            frozenset(roles),
            tenant_id=tenant_id,
        )
        return self.accounts.create_account(draft, PASSWORD)[0]

    def client(self, account) -> httpx.AsyncClient:
        """A program's: REST and nothing else."""
        _token, secret = self.accounts.create_token(account.account_id, "test")
        headers = {"Authorization": f"Bearer {secret}"}
        return httpx.AsyncClient(transport=self._transport(), base_url="http://penstock.test", headers=headers)

    async def browser(self, account) -> Browser:
        browser = Browser(httpx.AsyncClient(transport=self._transport(), base_url="http://penstock.test"))
        await browser.sign_in(account.username)
        return browser

    def filled(self, path: str) -> str:
        noun = path.removeprefix("/api/v1").split("/")[1]
        return PARAMETER.sub(lambda found: self.known(noun).get(found[1], "1"), path)

    def known(self, noun: str) -> dict[str, str]:
        """What stands for the names in an address of this room."""
        kinds = {"key": KEY_NOUNS.get(noun), "name": NAME_NOUNS.get(noun), "number": NUMBER_NOUNS.get(noun)}
        return self.ids | {name: self.ids[kind] for name, kind in kinds.items() if kind in self.ids}

    def _transport(self) -> httpx.ASGITransport:
        return httpx.ASGITransport(self.app, raise_app_exceptions=False)


@pytest.fixture
async def tenants(tmp_path: Path) -> AsyncIterator[TwoTenants]:
    engine = open_database(tmp_path / "penstock.db")
    recorded = (GOLDEN / "orders.ndjson").read_bytes().replace(b'"tenantId":"<default>"', b'"tenantId":"acme"')
    project(engine, decode_lines(recorded))
    settings = Settings(data_dir=tmp_path, zeebe_address=NOBODY, secret_key=SecretStr("a key of this test alone"))
    async with zeebe_client(settings, patience_seconds=0) as client:
        services = api_services(settings, engine, client)
        values = replace(services.values, static=write_assets(tmp_path / "static"), events_interval_s=0.01)
        app = create_app(replace(services, values=values))

        def make(tenant_id: str, owner: Account, words: str) -> Mapping[str, str]:
            return make_things(services.of_tenant(tenant_id), engine, settings, tenant_id, owner, words)

        two = TwoTenants(app, LocalIdentities(engine, passwords=QUICK), make)
        two.ids |= _recorded(services.of_tenant(ACME).queries)
        owner = two.account(ACME, Role.ADMIN)
        async with two.client(owner) as acme:
            two.ids |= await _made(acme)
        two.ids |= make(ACME, owner, SECRET)
        two.ids["token_id"] = two.accounts.create_token(owner.account_id, SECRET)[0].token_id
        yield two
    engine.dispose()


def _recorded(queries) -> dict[str, str]:
    task = queries.user_tasks().items[0]
    return {
        "instance": str(task.process_instance_key),
        "task": str(task.key),
        "incident": str(queries.incidents().items[0].key),
        "definition": str(task.process_definition_key),
        "bpmn_process_id": task.bpmn_process_id,
    }


async def _made(acme: httpx.AsyncClient) -> dict[str, str]:
    """What acme's people have, made through REST."""
    ticket = {"source": "shop", "external_id": "1", "text": SECRET, "subject": SECRET}
    change = {
        "title": SECRET,
        "items": [{"system": "tickets", "record": "T-1", "field": "team", "after": SECRET, "before": ""}],
    }
    made = {
        "ticket_id": (await acme.post("/api/v1/tickets", json=ticket), "ticket_id"),
        "set_id": (await acme.post("/api/v1/changes", json=change), "set_id"),
        "draft_id": (await acme.post("/api/v1/drafts", json={"kind": "form", "name": "a.form", "content": FORM}), "draft_id"),
        "document_id": (await acme.post("/api/v1/knowledge", files={"file": ("a.md", SECRET.encode())}), "document_id"),
        "account_id": (await acme.get("/api/v1/me"), "account_id"),
    }
    assert {name: answer.status_code for name, (answer, _id) in made.items() if not answer.is_success} == {}
    change_set = (await acme.get(f"/api/v1/changes/{made['set_id'][0].json()['set_id']}")).json()
    ids = {name: str(answer.json()[id_name]) for name, (answer, id_name) in made.items()}
    return ids | {"item_id": change_set["items"][0]["item_id"]}


async def test_the_other_tenants_keys_are_real_there(tenants: TwoTenants) -> None:
    owner = next(each for each in tenants.accounts.accounts() if each.account_id == tenants.ids["account_id"])
    routes = sorted(
        {path for method, path in all_routes() if method == "GET" and _is_keyed(path) and _is_filled(tenants, path)}
    )
    routes = [path for path in routes if path not in NOT_SHOWN]

    answers = {}
    async with tenants.client(owner) as acme:
        browser = await tenants.browser(owner)
        for path in routes:
            if path.startswith("/api/"):
                answers[path] = (await acme.get(tenants.filled(path))).status_code
            else:
                answers[path] = (await browser.get(tenants.filled(path))).status_code
        await browser.client.aclose()

    assert len(answers) > 20
    # This task has no form of its own.
    assert answers.pop("/api/v1/user-tasks/{key}/form") == 404
    assert {path: status for path, status in answers.items() if status not in {200, 204, 303}} == {}


@pytest.mark.parametrize("role", list(Role))
async def test_whoever_comes_from_another_tenant_finds_nothing_by_these_keys(tenants: TwoTenants, role: Role) -> None:
    stranger = tenants.account(HERE, role)

    leaks = {}
    browser = await tenants.browser(stranger)
    for method, path in _walk():
        address = tenants.filled(path)
        answer = await browser.client.request(method, address, headers={"X-CSRF-Token": browser.csrf_token})
        rule = rule_for(method, address)
        is_allowed = rule is not None and rule.roles is not None and stranger.has_any(rule.roles)
        # A missing body, or a role that some of these things ask for, may be refused before anybody looks for the key.
        expected = {403, 404, 422} if is_allowed else {403}
        is_checked = _is_keyed(path) and _is_filled(tenants, path) and (method, path) not in SILENT
        if is_checked and answer.status_code not in expected:
            leaks[method, path] = answer.status_code
        if SECRET in answer.text:
            leaks[method, path] = SECRET
    await browser.client.aclose()

    assert leaks == {}
    async with tenants.client(tenants.account(ACME, Role.ADMIN, Role.DESIGNER)) as acme:
        paths = ("/api/v1/drafts/{draft_id}", "/api/v1/changes/{set_id}", "/api/v1/knowledge/{document_id}")
        kept = [(await acme.get(tenants.filled(path))).status_code for path in paths]
    assert kept == [200, 200, 200]
    assert tenants.ids["token_id"] in {each.token_id for each in tenants.accounts.tokens(tenants.ids["account_id"])}


async def test_a_command_with_a_good_body_finds_nothing_either(tenants: TwoTenants) -> None:
    commands = {
        ("POST", "/api/v1/instances/{key}/cancellation"): None,
        ("POST", "/api/v1/instances/{key}/modification"): {"end": ["1"]},
        ("PUT", "/api/v1/instances/{key}/variables"): {"variables": {"a": 1}},
        ("POST", "/api/v1/incidents/{key}/resolution"): {},
        ("PUT", "/api/v1/user-tasks/{key}/assignee"): {"assignee": "olga"},
        ("DELETE", "/api/v1/user-tasks/{key}/assignee"): None,
        ("POST", "/api/v1/user-tasks/{key}/completion"): {"variables": {}},
        ("PUT", "/api/v1/drafts/{draft_id}"): {"content": FORM, "expected_version": 1},
        ("POST", "/api/v1/changes/{set_id}/decisions"): {"approve": ["x"]},
        ("POST", "/api/v1/changes/{set_id}/revert"): {"why": "no"},
        ("POST", "/api/v1/tickets/{ticket_id}/messages"): {"text": "hello", "request_id": "r-1"},
        ("PUT", "/api/v1/accounts/{account_id}"): {"username": "mine.now", "roles": ["admin"]},
        ("POST", "/api/v1/accounts/{account_id}/password"): None,
    }

    answers = {}
    async with tenants.client(tenants.account(HERE, Role.ADMIN)) as stranger:
        for (method, path), body in commands.items():
            answers[method, path] = (await stranger.request(method, tenants.filled(path), json=body)).status_code

    assert {command: status for command, status in answers.items() if status != 404} == {}


async def test_every_room_serves_every_tenant_and_lists_its_own_things_alone(tenants: TwoTenants) -> None:
    tenants.make(HERE, tenants.account(HERE, Role.ADMIN), "our-own-words")
    stranger = tenants.account(ACME, Role.ADMIN, Role.OPERATOR)
    # Mails come in for the default tenant; the portal is its customers'; nobody signs in elsewhere here.
    rooms = sorted({path for method, path in all_routes() if method == "GET" and not PARAMETER.search(path)})
    rooms = [
        path for path in rooms if path not in {"/events", "/tickets/held"} and not path.startswith(("/portal", "/sign-in"))
    ]

    answers, leaks = {}, []
    browser = await tenants.browser(stranger)
    for path in rooms:
        answer = await browser.client.get(path)
        answers[path] = answer.status_code
        if "our-own-words" in answer.text:
            leaks.append(path)
    await browser.client.aclose()

    assert leaks == []
    # What asks for more than an address says so; what asks the engine finds none here.
    assert {path: status for path, status in answers.items() if status not in {200, 303, 307, 422, 503}} == {}


async def test_two_tenants_may_use_the_same_words(tenants: TwoTenants) -> None:
    ticket = {"source": "shop", "external_id": "1", "text": "ours", "subject": "ours"}

    async with tenants.client(tenants.account(HERE, Role.ADMIN)) as stranger:
        made = await stranger.post("/api/v1/tickets", json=ticket)
        listed = await stranger.get("/api/v1/tickets")

    assert made.json()["ticket_id"] != tenants.ids["ticket_id"]
    assert SECRET not in listed.text


async def test_an_administrator_sees_only_the_accounts_of_the_own_tenant(tenants: TwoTenants) -> None:
    async with tenants.client(tenants.account(HERE, Role.ADMIN)) as here:
        listed = (await here.get("/api/v1/accounts")).json()

    assert [account["username"] for account in listed] == ["admin.default"]


def _walk() -> list[tuple[str, str]]:
    """Streams never end, and signing out would end the walk."""
    left_out = {"/events", "/sign-out"}
    return [(method, path) for method, path in all_routes() if path not in left_out and not path.startswith("/portal")]


def _is_keyed(path: str) -> bool:
    return is_of_a_tenant(path)


def _is_filled(tenants: TwoTenants, path: str) -> bool:
    """Whether we have a real key of the other tenant for this path, and nothing else is asked for in it."""
    names = set(PARAMETER.findall(path))
    noun = path.removeprefix("/api/v1").split("/")[1]
    return names <= set(tenants.known(noun)) and not path.startswith(("/editor/decisions", "/editor/forms", "/portal"))


async def test_people_of_a_tenant_see_which_one_they_are_in_and_the_default_ones_see_none(tenants: TwoTenants) -> None:
    pages = {}
    for tenant_id in (ACME, HERE):
        browser = await tenants.browser(tenants.account(tenant_id, Role.STAFF, Role.AUDITOR))
        pages[tenant_id] = (await browser.get("/account")).text
        await browser.client.aclose()

    assert [f"<dt>Tenant</dt><dd>{ACME}</dd>" in pages[ACME], "Tenant" in pages[HERE]] == [True, False]
