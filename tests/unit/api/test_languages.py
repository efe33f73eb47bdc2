from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.formats import filters, format_duration
from api.i18n import load_languages
from tests.web_app import WebApp

HOME = Path(__file__).parents[3]
LANGUAGES = load_languages(HOME / "translations", "en")


@pytest.mark.parametrize(
    ("wish", "language"),
    [
        ("ru", "ru"),
        ("ru-RU,en;q=0.5", "ru"),
        ("de, ru;q=0.8, en;q=0.9", "en"),
        ("de", "en"),
        ("", "en"),
        (";;;,q=,ru;q=nonsense", "en"),
        ("ru;q=0", "en"),
    ],
)
async def test_the_browser_s_first_wish_that_we_speak_decides(web_app: WebApp, wish: str, language: str) -> None:
    async with web_app.browser() as browser:
        page = await browser.get("/login", headers={"Accept-Language": wish})

    assert f'<html lang="{language}"' in page.text


async def test_an_account_keeps_its_language(web_app: WebApp) -> None:
    async with web_app.signed_in("staff") as browser:
        await browser.post("/language", {"language": "ru", "next": "/account"})
        browser.client.cookies.delete("language")
        page = await browser.get("/account", headers={"Accept-Language": "en"})

    assert "Моя учётная запись" in page.text


async def test_an_unknown_language_changes_nothing(web_app: WebApp) -> None:
    async with web_app.signed_in("staff") as browser:
        await browser.post("/language", {"language": "../../etc", "next": "/account"})
        page = await browser.get("/account")

    assert "My account" in page.text


@pytest.mark.parametrize(
    ("milliseconds", "english", "russian"),
    [
        (0, "0 ms", "0 мс"),
        (340, "340 ms", "340 мс"),
        (1_000, "1 sec", "1 с"),
        (200_000, "3 min 20 sec", "3 мин 20 с"),
        (7_500_000, "2 hr 5 min", "2 ч 5 мин"),
        (93_600_000, "1 day 2 hr", "1 дн. 2 ч"),
        (-5, "0 ms", "0 мс"),
    ],
)
def test_a_duration_is_written_in_its_two_largest_units(milliseconds: int, english: str, russian: str) -> None:
    written = [plain(format_duration(milliseconds, LANGUAGES.by_code[code].locale)) for code in ("en", "ru")]

    assert written == [english, russian]


def test_moments_and_numbers_follow_the_language() -> None:
    shown = filters(LANGUAGES.by_code["ru"], zone=UTC)

    at = datetime(2026, 3, 1, 15, 5, tzinfo=UTC)

    assert plain(shown["day"](at)) == "1 мар. 2026 г."
    assert shown["clock_time"](at) == "15:05"
    assert plain(shown["number"](12345.5)) == "12 345,5"
    assert plain(shown["percent"](0.683)) == "68,3 %"
    assert shown["moment"](None) == "–"


def plain(text: str) -> str:
    """With ordinary spaces: which of Unicode's a language uses is its own matter."""
    return " ".join(text.split())
