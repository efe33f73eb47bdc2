"""A close in the browser: a ledger with errors, mended; explained, checked, approved, locked; refused, unlocked by two."""

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from openpyxl import Workbook
from playwright.sync_api import Browser, Page, expect

from history.database import open_engine
from services.directories import SqlDirectories
from services.directories.entries import Origin
from services.finance import Article, ArticleKind, InMemoryProjects, Month, VersionKind, finance_desk
from services.identity import AccountDraft, Role
from services.identity.local import LocalIdentities
from tests.house import House

PASSWORD = "correct horse battery"
# The month before this one; far enough back that no other test books into it.
MONTH = Month.of(datetime.now(UTC).date()).plus(-3)
DAY = MONTH.first + timedelta(days=4)
HEADER = ("Дата", "Проект", "Статья", "Сумма", "Валюта", "Документ", "Контрагент")
SALES = [("12 500,25", "СЧ-101"), ("22 499,75", "СЧ-107"), ("35 000,10", "СЧ-118")]


def ledger() -> bytes:
    """An Excel file as accountants send it: a title, merged cells, days and amounts in two shapes, a total, three errors."""
    book = Workbook()
    sheet = book.active
    sheet.append(["ООО «Пенсток»"])
    sheet.append([f"Ведомость проводок за {MONTH}"])
    sheet.merge_cells("A2:G2")
    sheet.append([])
    sheet.append(HEADER)
    for amount, document in SALES:
        sheet.append([f"{DAY:%d.%m.%Y}", "Pump house", "Sales", amount, None, document, "ООО «Аква»"])
    for number in range(1, 31):
        sheet.append([DAY, "Pump house", "Rent", 1_666.66, "RUB", f"АР-{number}", "ЗАО Аренда"])
    sheet.append([DAY, "Pump hause", "Rent", 400.2, None, "АР-31", "ЗАО Аренда"])
    sheet.append([f"32.{DAY:%m.%Y}", "Pump house", "Rent", "1x0", None, "АР-32", "ЗАО Аренда"])
    sheet.append(["Итого", None, None, 120_400.3, None, None, None])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def books(running: House) -> None:
    """A project, two articles, a frozen plan and two managers."""
    engine = open_engine(f"sqlite:///{running.data / 'penstock.db'}")
    directories = SqlDirectories(engine)
    parent = None
    for kind, entry_id, name in (("track", "e2e-t", "Water"), ("client", "e2e-c", "Aqua"), ("project", "e2e-p", "Pump house")):
        whole = {"kind": kind, "name": name, "parent_id": parent, "owner": None, "aliases": [], "context": None}
        directories.write(entry_id, "entry", before=None, after=whole, key=entry_id, origin=Origin.HAND, changed_by="admin")
        parent = entry_id
    desk = finance_desk(engine, "RUB", InMemoryProjects([]))
    desk.ledger.keep_article(Article("sales", "Sales", ArticleKind.INCOME))
    desk.ledger.keep_article(Article("rent", "Rent", ArticleKind.EXPENSE))
    plan = desk.versions.create("Plan of the year", VersionKind.PLAN, "admin", "agreed")
    desk.versions.plan(
        plan.version_id, {("e2e-p", "sales", MONTH): Decimal(100_000), ("e2e-p", "rent", MONTH): Decimal(50_000)}, "admin"
    )
    desk.versions.freeze(plan.version_id, "admin")
    identities = LocalIdentities(engine)
    for name in ("anna", "zoe"):
        identities.create_account(AccountDraft(f"close-{name}", name, frozenset({Role.MANAGER}), frozenset()), PASSWORD)
    engine.dispose()


@pytest.fixture
def person(chromium: Browser, running: House, books: None) -> Iterator[Callable[[str], Page]]:
    contexts = []

    def sign_in(name: str) -> Page:
        context = chromium.new_context(locale="en-GB", base_url=running.web)
        contexts.append(context)
        page = context.new_page()
        page.goto("/login")
        page.get_by_label("Username").fill(f"close-{name}")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/login" not in url)
        return page

    yield sign_in
    for context in contexts:
        context.close()


def test_a_month_from_its_ledger_to_its_lock_and_back(person: Callable[[str], Page]) -> None:
    anna, zoe = person("anna"), person("zoe")
    address = f"/finance/close/{MONTH}"

    # A ledger with errors is imported once they are mended.
    anna.goto("/finance/imports")
    anna.get_by_label("A file of postings").set_input_files(
        {"name": "ledger.xlsx", "mimeType": "application/vnd.ms-excel", "buffer": ledger()}
    )
    anna.get_by_role("button", name="Read it").click()
    expect(anna.get_by_text("There is no such project")).to_be_visible()
    expect(anna.get_by_text("The calendar has no such day")).to_be_visible()
    expect(anna.get_by_text("This is no amount")).to_be_visible()
    expect(anna.get_by_role("button", name="Import all")).to_be_disabled()
    anna.get_by_label("Row 38: Project").fill("Pump house")
    anna.get_by_label("Row 39: Date").fill(f"{DAY:%d.%m.%Y}")
    anna.get_by_label("Row 39: Amount").fill("100")
    anna.keyboard.press("Control+Enter")
    expect(anna.get_by_text("Every row is right now.")).to_be_visible()
    anna.get_by_role("button", name="Import all").click()
    expect(anna.get_by_text("35 rows were imported.")).to_be_visible()

    # The numbers, and the way to their postings.
    anna.goto(f"/finance?from={MONTH}&span=3")
    anna.get_by_role("link", name="70,000 100,000").click()
    expect(anna.get_by_role("cell", name="СЧ-118")).to_be_visible()

    # The process asks for an explanation, then for two people.
    anna.goto(address)
    anna.get_by_role("button", name="Close this month").first.click()
    expect(anna.get_by_label("Explanation of Sales")).to_be_visible(timeout=60_000)
    anna.get_by_label("Explanation of Sales").fill("The customer moved to the next month.")
    anna.get_by_role("button", name="Explain").click()
    expect(anna.get_by_text("Explained.")).to_be_visible()
    anna.get_by_role("button", name="It is right").click()
    expect(anna.get_by_text("You checked it, so somebody else must approve it.")).to_be_visible()
    zoe.goto(address)
    zoe.get_by_role("button", name="Approve and lock").click()
    expect(zoe.locator("#lock-state")).to_have_text("Locked", timeout=120_000)

    # A locked month refuses; two people open it.
    note = {"project": "e2e-p", "article": "sales", "month": str(MONTH), "text": "late"}
    token = anna.locator("meta[name=csrf-token]").get_attribute("content") or ""
    refused = anna.request.post(
        "/finance/cell/note", form={**note, "csrf_token": token}, headers={"Accept": "application/json"}
    )
    assert refused.status == 409
    assert f"{MONTH} is locked: close-zoe" in refused.json()["detail"]
    anna.goto(address)
    anna.get_by_label("Why must it be unlocked?").fill("An invoice came late.")
    anna.get_by_role("button", name="Ask to unlock").click()
    expect(anna.get_by_text("Somebody else must agree.")).to_be_visible()
    zoe.goto(address)
    zoe.get_by_role("button", name="Agree and unlock").click()
    expect(zoe.locator("#lock-state")).to_have_text("Unlocked")
    expect(zoe.get_by_role("cell", name="An invoice came late.")).to_be_visible()
