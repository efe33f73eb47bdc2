import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from settings import Settings
from settings.reference import described, sections, settings_page

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def test_the_page_of_settings_is_current() -> None:
    assert (REFERENCE / "settings.md").read_text(encoding="utf-8") == settings_page(), (
        "run: python -m settings.reference > docs/reference/settings.md"
    )


@pytest.mark.parametrize("section", sections(), ids=lambda section: section.__name__)
def test_every_setting_says_what_it_is_for(section: type[BaseModel]) -> None:
    assert [name for name, text in described(section).items() if not text] == []


def test_every_setting_has_one_line() -> None:
    named = re.findall(r"^\| `PENSTOCK_(\w+)`", settings_page(), re.MULTILINE)

    assert sorted(named) == sorted(name.upper() for name in Settings.model_fields)


def test_what_the_page_leads_to_is_there() -> None:
    links = re.findall(r"\]\(([^)]+)\)", settings_page())

    assert links
    assert [link for link in links if not (REFERENCE / link).exists()] == []
