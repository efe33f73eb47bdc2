from pathlib import Path

import pytest

from tests.web_app import WebApp, make_web_app


@pytest.fixture
def web_app(tmp_path: Path) -> WebApp:
    return make_web_app(tmp_path)
