from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.notification_rig import Rig, quick_rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = quick_rig(tmp_path / "notifications.db")
    yield made
    made.engine.dispose()
