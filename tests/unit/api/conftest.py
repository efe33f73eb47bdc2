from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.web_app import WebApp, running_web_app


@pytest.fixture
async def web_app(tmp_path: Path) -> AsyncIterator[WebApp]:
    async with running_web_app(tmp_path) as app:
        yield app
