"""An installation with a real gateway behind it, and one without, for hostile requests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.api.conftest import Program, gateway, program
from tests.web_app import WebApp, running_web_app

__all__ = ["Program", "gateway", "program"]


@pytest.fixture
async def web_app(tmp_path: Path) -> AsyncIterator[WebApp]:
    async with running_web_app(tmp_path) as app:
        yield app
