"""The directories' pages and REST: every edit, import and merge is a change set."""

import io
import json

import pytest
from openpyxl import Workbook

from bootstrap.change_targets import DirectoryTarget
from services.changes import ChangeApplier, ChangeSet, ChangeTargets, Requirement, Verdict
from tests.web_app import Browser, WebApp


@pytest.fixture
def directories(web_app: WebApp) -> WebApp:
    targets = web_app.services.changes.desk.targets.by_system
    targets["directories"] = DirectoryTarget(web_app.services.directories)
    return web_app


async def carried_out(web_app: WebApp) -> ChangeSet:
    """The newest change set, judged and applied as the process would."""
    desk = web_app.services.changes.desk
    [newest, *_] = desk.ledger.sets().sets
    change_set = desk.ledger.change_set(newest.set_id)
    desk.judge(change_set.set_id, {item.item_id: Verdict(Requirement.AUTOMATIC) for item in change_set.items})
    for item in change_set.items:
        await ChangeApplier(desk.ledger, ChangeTargets(desk.targets.by_system)).apply(item.item_id)
    return desk.ledger.change_set(change_set.set_id)


async def upload(browser: Browser, content: bytes, name: str = "a.csv"):
    form = {"csrf_token": browser.csrf_token}
    return await browser.client.post("/directories/import", data=form, files={"file": (name, content)})


async def confirm(browser: Browser, rows: list[object], **answers: str):
    form = {"csrf_token": browser.csrf_token, "rows": json.dumps(rows), "confirm": "yes", **answers}
    return await browser.client.post("/directories/import", data=form, files={"none": ("", b"")})


async def filled(web_app: WebApp, browser: Browser) -> None:
    await browser.get("/directories")
    await confirm(
        browser, [[2, {"track": "Water", "client": "Aqua", "owner": "anna"}], [3, {"track": "Water", "client": "Neva"}]]
    )
    await carried_out(web_app)


def by_name(web_app: WebApp) -> dict[str, str]:
    return {entry.name: entry.entry_id for entry in web_app.services.directories.entries()}


async def test_an_import_is_seen_before_anything_changes(directories: WebApp) -> None:
    book = Workbook()
    for row in (["track", "client", "owner"], ["Water", "Aqua <b>", "anna"], ["", "Neva", ""]):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)

    async with directories.signed_in("staff") as browser:
        await browser.get("/directories/import")
        page = await upload(browser, stream.getvalue(), "a.xlsx")

    assert page.status_code == 200
    assert "Aqua &lt;b&gt;" in page.text
    assert "needs its track" in page.text
    assert directories.services.directories.entries() == []


@pytest.mark.parametrize("content", [b"", b"name\nx", b"PK\x03\x04broken"])
async def test_a_file_that_cannot_be_read_is_explained(directories: WebApp, content: bytes) -> None:
    async with directories.signed_in("staff") as browser:
        await browser.get("/directories/import")
        page = await upload(browser, content)

    assert page.status_code == 422
    assert 'role="alert"' in page.text


@pytest.mark.parametrize("rows", ["", "null", "[1]", '[[2,{"sql":"x"}]]', "[" * 5000, '[["x",{"track":"y"}]]'])
async def test_a_forged_preview_is_refused(directories: WebApp, rows: str) -> None:
    async with directories.signed_in("staff") as browser:
        await browser.get("/directories")
        form = {"csrf_token": browser.csrf_token, "rows": rows, "confirm": "yes"}
        answer = await browser.client.post("/directories/import", data=form, files={"none": ("", b"")})

    assert answer.status_code == 422
    assert directories.services.changes.desk.ledger.sets().sets == ()


async def test_a_confirmed_import_becomes_a_change_set(directories: WebApp) -> None:
    async with directories.signed_in("staff") as browser:
        await filled(directories, browser)
        tree = (await browser.get("/directories")).text
        found = (await browser.get("/directories?text=aqa")).text

    assert sorted(by_name(directories)) == ["Aqua", "Neva", "Water"]
    assert tree.index("Water") < tree.index("Aqua") < tree.index("Neva")
    assert "Neva" not in found.split("directory-tree")[1].split("</section>")[0]


async def test_a_likeness_is_asked_about_and_the_answer_counts(directories: WebApp) -> None:
    async with directories.signed_in("staff") as browser:
        await filled(directories, browser)
        rows = [[2, {"track": "Water", "client": "Aquaa", "owner": "boris"}]]
        asked = await confirm(browser, rows)
        aqua = by_name(directories)["Aqua"]
        track = by_name(directories)["Water"]
        answered = await confirm(browser, rows, **{f"answer client:{track}:aquaa": aqua})
        await carried_out(directories)

    assert "is it one of these?" in asked.text
    assert answered.status_code == 303
    assert directories.services.directories.entry(aqua).owner == "boris"


async def test_an_edit_changes_what_the_person_changed_and_nothing_else(directories: WebApp) -> None:
    async with directories.signed_in("staff") as browser:
        await filled(directories, browser)
        aqua = by_name(directories)["Aqua"]
        page = (await browser.get(f"/directories/{aqua}")).text
        seen = {"name": "Aqua", "parent_id": by_name(directories)["Water"], "owner": "anna", "aliases": None, "context": None}
        form = {
            "name": "Aqua Trade",
            "owner": "anna",
            "aliases": "AT\r\n\r\nAqua",
            "context": "",
            "parent_id": seen["parent_id"],
        }
        edited = await browser.post(f"/directories/{aqua}", {**form, "seen": json.dumps(seen)})
        same = await browser.post(f"/directories/{aqua}", {**form, "name": "", "seen": json.dumps(seen)})
        change_set = await carried_out(directories)

    entry = directories.services.directories.entry(aqua)
    assert "imported" in page
    assert (edited.status_code, same.status_code) == (303, 422)
    assert [item.field for item in change_set.items] == ["name", "aliases"]
    assert (entry.name, entry.aliases, entry.owner) == ("Aqua Trade", ("AT", "Aqua"), "anna")
    assert directories.services.directories.origins(aqua)["name"].origin == "hand"


async def test_a_merge_leads_the_old_address_to_the_new_entry(directories: WebApp) -> None:
    async with directories.signed_in("staff") as browser:
        await filled(directories, browser)
        ids = by_name(directories)
        await browser.post(f"/directories/{ids['Neva']}/merge", {"into": ids["Aqua"]})
        await carried_out(directories)
        old = await browser.get(f"/directories/{ids['Neva']}")
        rest = await browser.get(f"/api/v1/directories/{ids['Neva']}")

    assert old.headers["location"] == f"/directories/{ids['Aqua']}"
    assert rest.json()["name"] == "Aqua"


async def test_rest_finds_by_name_alias_and_likeness(directories: WebApp) -> None:
    async with directories.signed_in("staff") as browser:
        await filled(directories, browser)
        exact = (await browser.get("/api/v1/directories/matches?name=AQUA&kind=client")).json()
        likely = (await browser.get("/api/v1/directories/matches?name=Aquaa")).json()
        clients = (await browser.get("/api/v1/directories?kind=client")).json()
        unknown = await browser.get("/api/v1/directories/nobody")

    assert [(each["entry"]["name"], each["likeness"]) for each in exact] == [("Aqua", 1.0)]
    assert likely[0]["entry"]["name"] == "Aqua"
    assert likely[0]["likeness"] < 1
    assert len(clients) == 2
    assert unknown.status_code == 404


async def test_a_new_entry_needs_its_parent(directories: WebApp) -> None:
    async with directories.signed_in("staff") as browser:
        await browser.get("/directories")
        orphan = await browser.post("/directories/new", {"kind": "client", "name": "Aqua", "parent_id": ""})
        track = await browser.post("/directories/new", {"kind": "track", "name": "Air", "parent_id": ""})
        await carried_out(directories)

    assert orphan.headers["location"] == "/directories"
    assert track.headers["location"].startswith("/changes/")
    assert list(by_name(directories)) == ["Air"]


async def test_the_change_page_tells_a_new_entry_by_names_in_the_readers_language(directories: WebApp) -> None:
    async with directories.signed_in("staff") as browser:
        made = await browser.post("/directories/new", {"kind": "track", "name": "Retail", "owner": "anna"})
        page = (await browser.get(made.headers["location"], headers={"Accept-Language": "ru"})).text

    shown = page.split('id="change-items"')[1].split("change-foot")[0]
    assert "Справочники" in shown
    assert "Направление" in shown
    assert "{" not in shown
