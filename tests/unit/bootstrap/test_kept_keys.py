"""Keys that an installation makes for itself: every process that starts at once has the same, and none has an empty one."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Barrier

from bootstrap.kept_keys import kept_key
from bootstrap.notifications import push_key
from settings import Settings


def test_all_who_make_it_at_once_have_the_same(tmp_path: Path) -> None:
    path, ready, numbers = tmp_path / "made" / "one.key", Barrier(6), count()

    def made(_process: int) -> bytes:
        ready.wait()
        return kept_key(path, lambda: b"key %d" % next(numbers))

    with ThreadPoolExecutor(6) as processes:
        keys = set(processes.map(made, range(6)))

    assert keys == {path.read_bytes()} == {kept_key(path, lambda: b"another")}
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["one.key"]


def test_a_file_that_is_empty_holds_no_key(tmp_path: Path) -> None:
    path = tmp_path / "one.key"
    path.touch()

    key = kept_key(path, lambda: b"made")

    assert key == b"made" == path.read_bytes()


def test_the_push_key_stays_the_same_and_is_there_where_push_is_set_up(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, push_contact="mailto:admin@example.com")

    keys = [push_key(settings) for _ in range(2)]

    assert len({key.public for key in keys if key is not None}) == 1
    assert (tmp_path / "push.pem").stat().st_mode & 0o777 == 0o600
    assert push_key(Settings(data_dir=tmp_path)) is None
