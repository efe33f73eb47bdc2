"""What a page refuses is said in the reader's language; programs are answered in English."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.web_app import Browser, WebApp, running_web_app


@pytest.fixture
async def russian(tmp_path: Path) -> AsyncIterator[tuple[WebApp, Browser]]:
    async with running_web_app(tmp_path) as app, app.signed_in("manager") as browser:
        browser.client.headers["Accept-Language"] = "ru"
        yield app, browser


async def test_pages_that_are_not_there_say_so_in_russian(russian: tuple[WebApp, Browser]) -> None:
    _app, browser = russian

    shown = {
        address: (await browser.get(address)).text
        for address in ("/finance/versions/none", "/tickets/T-999", "/nowhere", "/instances/7", "/background/none")
    }

    assert "версии &#39;none&#39; нет" in shown["/finance/versions/none"]
    assert "обращения &#39;T-999&#39; нет" in shown["/tickets/T-999"]
    assert "экземпляра процесса 7 нет" in shown["/instances/7"]
    assert "по адресу GET /nowhere ничего нет" in shown["/nowhere"]


async def test_forms_are_refused_in_russian(russian: tuple[WebApp, Browser]) -> None:
    _app, browser = russian
    version = {"name": "Прогноз", "kind": "forecast", "why": "", "based_on": ""}
    await browser.post("/finance/versions", version)

    await browser.post("/finance/versions", version)
    again = await browser.get("/finance/versions")
    nameless = await browser.post("/directories/new", {"kind": "project", "name": "Плотина"})
    directories = await browser.get(nameless.headers["location"])

    assert "уже есть: выберите другое название" in again.text
    assert "выберите, куда относится проект: нужен клиент" in directories.text


async def test_programs_are_refused_in_english(russian: tuple[WebApp, Browser]) -> None:
    app, browser = russian

    refused = await browser.client.get("/api/v1/tickets/T-999", headers=app.bearer(app.account("staff", username="robot")))

    assert refused.json()["detail"] == "the ticket desk knows no ticket 'T-999'"


async def test_a_refused_form_leads_back_to_the_page_it_stood_on(russian: tuple[WebApp, Browser]) -> None:
    _app, browser = russian
    here = f"{browser.client.base_url}"

    from_its_page = await browser.post("/finance/cell/posting", {}, headers={"Referer": f"{here}/finance/cell?month=2026-03"})
    from_elsewhere = await browser.post("/finance/cell/posting", {}, headers={"Referer": "https://evil.test/finance"})

    assert 'href="/finance/cell?month=2026-03"' in from_its_page.text
    assert "evil.test" not in from_elsewhere.text
    assert "Попробовать снова" not in from_elsewhere.text
