"""A real Chromium before the whole house: one house for all, one fresh browser window for each test."""

import shutil
from collections.abc import Iterator

import pytest

from tests.house import ROOT, House, house

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

# A machine that is busy with other work fails nothing: what is expected of a page may take this long.
playwright.expect.set_options(timeout=20_000)

SAMPLES = 12
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


# Not for the session: while it is open, its event loop occupies the thread that other folders' asynchronous tests need.
@pytest.fixture(scope="module")
def chromium() -> Iterator[playwright.Browser]:
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    if not (ROOT / "static" / "manifest.json").exists():
        pytest.skip("static/ is not built: make web")
    # Whom browser makers may write to opens the settings of push.
    with house(tmp_path_factory.mktemp("house"), push_contact="mailto:desk@example.com") as one:
        one.start()
        one.command("tickets", "samples", "--count", str(SAMPLES))
        open_tasks = "SELECT count(*) FROM user_task WHERE state = 'CREATED'"
        one.wait_until(lambda: one.sql(open_tasks) == [(SAMPLES,)], 180, "every sample ticket waits for a person")
        yield one


@pytest.fixture(scope="module")
def session_cookies(chromium: playwright.Browser, running: House) -> list[dict]:
    """The administrator signs in, with the password that the first start printed."""
    context = chromium.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(f"{running.web}/login")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(running.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login" not in url)
    cookies = context.cookies()
    context.close()
    return cookies


def is_trouble(message: playwright.ConsoleMessage) -> bool:
    """An error of ours; Chromium also names each refusal by the server, which some tests are about."""
    return message.type == "error" and "the server responded with a status of 4" not in message.text


@pytest.fixture
def page(chromium: playwright.Browser, running: House, session_cookies: list[dict]) -> Iterator[playwright.Page]:
    """A window of the signed-in administrator; a script error or a refused style fails the test."""
    context = chromium.new_context(locale="en-GB", viewport={"width": 1440, "height": 900}, base_url=running.web)
    context.add_cookies(session_cookies)
    window = context.new_page()
    troubles: list[str] = []
    window.on("pageerror", lambda error: troubles.append(str(error)))
    window.on("console", lambda message: troubles.append(message.text) if is_trouble(message) else None)
    yield window
    context.close()
    assert troubles == []
