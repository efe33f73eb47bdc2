from pathlib import Path

from cli import COMMANDS
from cli.reference import commands_page

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "commands.md"


def test_the_page_of_commands_is_current() -> None:
    page = commands_page()

    assert PAGE.read_text(encoding="utf-8") == page, "run: python -m cli.reference > docs/reference/commands.md"
    assert all(f"\n## penstock {name}\n" in page for name in COMMANDS)
