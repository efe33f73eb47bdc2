"""All processes of an installation sign with the same key, and never with an empty one."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from pydantic import SecretStr

from bootstrap.connections import secret_key
from settings import Settings


def test_processes_that_start_at_once_have_one_key(tmp_path: Path) -> None:
    together = Barrier(8)

    def started(number: int) -> str:
        together.wait()
        return secret_key(Settings(data_dir=tmp_path / str(number)))

    for round_number in range(10):
        with ThreadPoolExecutor(8) as pool:
            keys = set(pool.map(started, [round_number] * 8))

        assert len(keys) == 1
        assert len(keys.pop()) >= 48


def test_a_key_file_that_is_empty_is_no_key(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    file.touch()

    key = secret_key(Settings(data_dir=tmp_path))

    assert len(key) >= 48
    assert file.read_text(encoding="ascii") == key == secret_key(Settings(data_dir=tmp_path))


def test_nobody_else_may_read_the_key_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    secret_key(Settings(data_dir=tmp_path))

    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_setting_comes_first_and_makes_no_file(tmp_path: Path) -> None:
    key = secret_key(Settings(data_dir=tmp_path, secret_key=SecretStr("of the settings")))

    assert key == "of the settings"
    assert not list(tmp_path.iterdir())
