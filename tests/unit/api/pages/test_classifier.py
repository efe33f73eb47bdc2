"""The page about the classifier, and correcting a ticket's category."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.classification import load_model, save_model, train
from services.crm import NewTicket
from tests.web_app import WebApp, running_web_app

TEXTS = [*(f"printer {n} is jammed" for n in range(12)), *(f"reset my password {n}" for n in range(12))]
LABELS = ["Hardware"] * 12 + ["Access"] * 12


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[WebApp]:
    save_model(train(TEXTS, LABELS, name="first"), tmp_path / "classifier.npz")
    async with running_web_app(tmp_path) as running:
        yield running


async def test_shows_the_card_the_curve_and_the_versions(app: WebApp) -> None:
    async with app.signed_in("manager") as browser:
        response = await browser.get("/classifier")

    assert response.status_code == 200
    assert "first" in response.text
    assert len(re.findall(r"<circle[^>]+fill-opacity", response.text)) >= 1
    assert 'name="precision"' in response.text


async def test_a_manager_sets_the_precision_and_the_threshold_follows(app: WebApp, tmp_path: Path) -> None:
    async with app.signed_in("manager") as browser:
        await browser.get("/classifier")
        response = await browser.post("/classifier/precision", {"precision": "0.8"})

    assert response.status_code == 303
    assert load_model(tmp_path / "classifier.npz").card["asked_precision"] == 0.8


async def test_an_operator_may_look_and_not_touch(app: WebApp) -> None:
    async with app.signed_in("operator") as browser:
        page = await browser.get("/classifier")
        refused = await browser.post("/classifier/learn", {})

    assert page.status_code == 200
    assert "Learn now" not in page.text
    assert refused.status_code == 403


async def test_a_version_is_put_back(app: WebApp, tmp_path: Path) -> None:
    async with app.signed_in("manager") as browser:
        await browser.get("/classifier")
        await browser.post("/classifier/precision", {"precision": "0.8"})
        response = await browser.post("/classifier/versions/1/champion", {})
        missing = await browser.post("/classifier/versions/99/champion", {})

    assert (response.status_code, missing.status_code) == (303, 404)
    assert load_model(tmp_path / "classifier.npz").card["asked_precision"] == 0.95


async def test_a_category_corrected_on_a_ticket_becomes_a_lesson_without_personal_data(app: WebApp) -> None:
    [receipt] = app.services.intake.desk.intake([NewTicket("desk", "1", "call me at anna@example.com about toner", "Toner")])
    app.services.intake.desk.assign(receipt.ticket_id, team="it", category="Access", priority="low", request_id="1")
    async with app.signed_in("manager", "staff") as browser:
        await browser.get("/classifier")
        form = await browser.get(f"/tickets/{receipt.ticket_id}/category")
        response = await browser.post(f"/tickets/{receipt.ticket_id}/category", {"category": "Hardware", "request_id": "a"})
        await browser.post(f"/tickets/{receipt.ticket_id}/category", {"category": "Nonsense"})

    [correction] = app.services.classifier.shown().corrections
    assert '<option value="Hardware">Hardware</option>' in form.text
    assert response.status_code == 303
    assert (correction.suggested, correction.label) == ("Access", "Hardware")
    assert app.services.intake.ticket(receipt.ticket_id).category == "Hardware"
    with app.engine.connect() as connection:
        text = connection.exec_driver_sql("select text from classification_correction").scalar_one()
    assert "toner" in text
    assert "anna@example.com" not in text
