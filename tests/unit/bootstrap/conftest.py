from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.web_app import open_database


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_database(tmp_path / "penstock.db")
    yield made
    made.dispose()
