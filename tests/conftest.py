"""Fixtures that every room may take, and how tests are shared out when they run side by side."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.postgres import database_url, postgres_server, postgres_url

if TYPE_CHECKING:
    from tests.lanes import Lanes

__all__ = ["database_url", "postgres_server", "postgres_url"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> "Lanes":
    """Share tests out in lanes."""
    from tests.lanes import Lanes  # noqa: PLC0415 - only where tests run side by side

    # In the order of `pytest_collection_modifyitems`, not by the number of tests.
    config.option.loadscopereorder = False
    return Lanes(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the longest lane where tests run side by side."""
    if hasattr(config, "workerinput"):
        from tests.lanes import houses_first  # noqa: PLC0415 - as above

        houses_first(items)
