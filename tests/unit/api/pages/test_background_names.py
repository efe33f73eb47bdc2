"""Every background task is called by a name, not by its code alone."""

import re
from pathlib import Path

import pytest

from api.i18n import load_languages
from api.pages.background_texts import task_names

HOME = Path(__file__).parents[4]
LANGUAGES = load_languages(HOME / "translations", "en").by_code


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_task_has_a_name_and_no_name_is_left_of_one_that_is_gone(language: str) -> None:
    written = "\n".join(path.read_text(encoding="utf-8") for path in (HOME / "bootstrap").rglob("*.py"))
    codes = set(re.findall(r'BackgroundTask\(\s*"([a-z_.]+)"', written))

    names = task_names(LANGUAGES[language])

    assert len(codes) > 20
    assert set(names) == codes
