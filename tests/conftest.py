"""Fixtures that every room may take, and the two lanes in which all tests are run."""

import pytest

from tests.postgres import database_url, postgres_server, postgres_url

__all__ = ["database_url", "postgres_server", "postgres_url"]

# They start whole houses of processes, which have both cores to themselves only one after the other.
_WITH_HOUSES = {"integration", "e2e"}


# Before xdist looks for the marks.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `-n 2 --dist loadgroup` the tests with houses go one after the other, and beside them all others."""
    tests = config.rootpath / "tests"
    for item in items:
        room = item.path.relative_to(tests).parts[0] if item.path.is_relative_to(tests) else ""
        item.add_marker(pytest.mark.xdist_group("houses" if room in _WITH_HOUSES else "rooms"))
