import json
import os

from services.discovery import announced


def test_a_target_stands_as_long_as_its_process(tmp_path) -> None:
    with announced(tmp_path, "workers", "127.0.0.1:4711") as path:
        said = json.loads(path.read_text())

    assert said == [{"targets": ["127.0.0.1:4711"], "labels": {"process": "workers"}}]
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed_and_a_living_one_s_is_kept(tmp_path) -> None:
    dead, living, other = (
        tmp_path / "api-999999999.json",
        tmp_path / f"api-{os.getppid()}.json",
        tmp_path / "sink-999999999.json",
    )
    for path in (dead, living, other):
        path.write_text("[]")

    with announced(tmp_path, "api", "127.0.0.1:1"):
        pass

    assert not dead.exists()
    assert living.exists()
    assert other.exists()
