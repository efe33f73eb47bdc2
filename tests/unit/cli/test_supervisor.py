import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.supervisor import POLITENESS, Child, penstock

ROOT = Path(__file__).parents[3]
# Two children that write their process id and sleep; the supervisor runs them until it is told to stop.
PROGRAM = """
import sys
from pathlib import Path
from cli.supervisor import Child, Supervisor
folder = Path(sys.argv[1])
sleeper = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"
runner = Supervisor([Child(name, [sys.executable, "-c", sleeper, str(folder / name)], folder / "logs" / name) for name in "ab"])
runner.start()
runner.run()
"""


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path)], cwd=ROOT, stdout=subprocess.DEVNULL)
    yield process
    process.kill()
    process.wait()


def child_pid(folder: Path, name: str, other_than: int | None = None) -> int:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        text = (folder / name).read_text() if (folder / name).exists() else ""
        if text and int(text) != other_than:
            return int(text)
        time.sleep(0.02)
    raise AssertionError(f"{name} did not start")


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if not is_alive(pid):
            return True
        time.sleep(0.02)
    return False


def test_starts_a_killed_child_again(supervisor: subprocess.Popen[bytes], tmp_path: Path) -> None:
    first, other = child_pid(tmp_path, "a"), child_pid(tmp_path, "b")

    os.kill(first, signal.SIGKILL)

    assert is_alive(child_pid(tmp_path, "a", other_than=first))
    assert is_alive(other)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stops_its_children_when_told_to(supervisor: subprocess.Popen[bytes], tmp_path: Path, number: int) -> None:
    pids = [child_pid(tmp_path, name) for name in ("a", "b")]

    supervisor.send_signal(number)

    assert supervisor.wait(20) == 0
    assert all(gone(pid) for pid in pids)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux: only its kernel ends the children of a killed parent")
def test_a_killed_supervisor_leaves_no_child_behind(supervisor: subprocess.Popen[bytes], tmp_path: Path) -> None:
    pids = [child_pid(tmp_path, name) for name in ("a", "b")]

    supervisor.kill()

    assert all(gone(pid) for pid in pids)


@pytest.mark.skipif(sys.platform != "linux", reason="niceness is set where the kernel shares by it")
def test_what_nobody_waits_for_leaves_the_processor_to_the_others(tmp_path: Path) -> None:
    sleeper = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"
    children = [
        Child(name, [sys.executable, "-c", sleeper, str(tmp_path / name)], tmp_path / f"{name}.log", can_wait=name == "reports")
        for name in ("pages", "reports")
    ]

    for child in children:
        child.start()
    try:
        pages, reports = (os.getpriority(os.PRIO_PROCESS, child_pid(tmp_path, child.name)) for child in children)
    finally:
        for child in children:
            child.ask_to_stop()
            child.wait(time.monotonic() + 10)

    assert reports == min(pages + POLITENESS, 19)


def test_a_child_works_in_the_folder_of_who_starts_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PENSTOCK_DATA_DIR", "kept")
    # A file that has the name of one of our rooms is not taken for it.
    (tmp_path / "settings.py").write_text("raise SystemExit('not ours')")
    child = Child("database", penstock("database", "upgrade"), tmp_path / "child.log")

    child.start()
    assert child.process is not None
    child.process.wait()

    assert child.process.returncode == 0, child.log_file.read_text()
    assert (tmp_path / "kept" / "penstock.db").exists()
