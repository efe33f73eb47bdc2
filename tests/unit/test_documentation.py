"""What the documentation leads to is there, and everything in it can be found."""

import re
from pathlib import Path

import pytest

from cli import COMMANDS

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "processes").rglob("README.md")),
]
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def links_of(page: Path) -> list[Path]:
    """The files and folders of this checkout that a page leads to."""
    found = LINK.findall(CODE.sub("", page.read_text(encoding="utf-8")))
    return [(page.parent / link).resolve() for link in found if not re.match(r"[a-z]+:", link)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    assert [str(link.relative_to(ROOT)) for link in links_of(page) if not link.exists()] == []


def test_every_page_can_be_found_from_the_first_one() -> None:
    index = ROOT / "docs" / "README.md"

    listed = links_of(index)

    missing = [
        str(page.relative_to(ROOT))
        for page in (ROOT / "docs").rglob("*.md")
        if page != index and page not in listed and page.parent not in listed
    ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_a_page_shows_is_there(page: Path) -> None:
    code = "\n".join(CODE.findall(page.read_text(encoding="utf-8")))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))

    made = {word for line in re.findall(r"(?:^|[$&`] *)make ((?:[a-z-]+ ?)+)", code, re.MULTILINE) for word in line.split()}
    called = set(re.findall(r"(?:^|[$&`] ?|bin/)penstock ([a-z][a-z-]*)", code, re.MULTILINE))

    assert made - targets == set()
    assert called - set(COMMANDS) == set()
