"""Tests side by side: `pytest -n 2` goes through them in two lanes instead of one.

Tests that start whole houses and browsers share them over many files, and two houses at once would be in each other's way.
So all of those are one lane, in their order; the others are handed out file by file to whoever is free, and the first lane
helps with them when it has done its own. Without `-n` everything runs in one process, as for a single file.
"""

from typing import Any

from xdist.scheduler import LoadScopeScheduling

HOUSES = ("tests/integration/", "tests/e2e/")


class Lanes(LoadScopeScheduling):
    """Keeps the tests of houses on one worker, those of any other file together."""

    def _split_scope(self, nodeid: str) -> str:
        return "houses" if nodeid.startswith(HOUSES) else nodeid.partition("::")[0]


def houses_first(items: list[Any]) -> None:
    """Order collected tests so that the longest lane is handed out first; else the order stays."""
    items.sort(key=lambda item: not item.nodeid.startswith(HOUSES))
