"""The installation's push key: every process that starts at once has the same."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from services.notifications.push_channel import PushKey


def test_all_who_make_it_at_once_have_the_same(tmp_path: Path) -> None:
    path, ready = tmp_path / "made" / "push.pem", Barrier(6)

    def made(_number: int) -> str:
        ready.wait()
        return PushKey.kept_in(path).public

    with ThreadPoolExecutor(6) as processes:
        keys = set(processes.map(made, range(6)))

    assert keys == {PushKey.kept_in(path).public}
    assert path.stat().st_mode & 0o077 == 0
    assert [each.name for each in path.parent.iterdir()] == ["push.pem"]
