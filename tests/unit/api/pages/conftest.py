"""The pages before a recorded history of the real engine: orders, deliveries, incidents, user tasks."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from history.projector import Projector
from tests.web_app import Browser, WebApp, running_web_app
from zeebe.records import decode_lines

GOLDEN = Path(__file__).parents[3] / "golden" / "orders.ndjson"


@pytest.fixture
async def recorded(tmp_path: Path) -> AsyncIterator[WebApp]:
    async with running_web_app(tmp_path) as app:
        Projector(app.engine).apply(list(decode_lines(GOLDEN.read_bytes())))
        yield app


@pytest.fixture
async def admin(recorded: WebApp) -> AsyncIterator[Browser]:
    async with recorded.signed_in("admin") as browser:
        yield browser
