"""The articles that a new installation begins with: help for the sample tickets, in English and Russian."""

from pathlib import Path

FOLDER = Path(__file__).with_name("shipped")


def shipped_articles() -> list[Path]:
    return sorted(FOLDER.glob("*/*.md"))
