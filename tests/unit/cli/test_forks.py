"""Copies of a process, in a process of their own: a fork of the tests would carry the tests on."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
# Each copy leaves a file that is called as its number and holds its process id, and waits until it is told to stop.
PROGRAM = """
import os, signal, sys
from pathlib import Path
from cli.forks import Forks

def work(number):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    place = Path(sys.argv[1]) / f"{number}.new"
    place.write_text(str(os.getpid()))
    place.rename(place.with_suffix(""))
    signal.sigwait([signal.SIGTERM])

Forks(2, work).run()
print("all ended")
"""


def wait_until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def copies(folder: Path) -> dict[str, int]:
    return {path.name: int(path.read_text()) for path in folder.iterdir() if not path.suffix}


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def first(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        wait_until(lambda: len(copies(tmp_path)) == 2)
        yield process
        process.kill()


def test_all_end_with_the_first(first: subprocess.Popen[str], tmp_path: Path) -> None:
    pids = copies(tmp_path).values()

    first.send_signal(signal.SIGTERM)
    said, _ = first.communicate(timeout=30)

    assert (first.returncode, said) == (0, "all ended\n")
    assert not any(lives(pid) for pid in pids)


def test_one_that_was_killed_comes_back_under_its_number(first: subprocess.Popen[str], tmp_path: Path) -> None:
    before = copies(tmp_path)

    os.kill(before["2"], signal.SIGKILL)
    wait_until(lambda: copies(tmp_path)["2"] != before["2"])

    assert copies(tmp_path)["1"] == before["1"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends processes with the one that started them")
def test_none_outlives_a_first_one_that_was_killed(first: subprocess.Popen[str], tmp_path: Path) -> None:
    pids = list(copies(tmp_path).values())

    first.kill()
    first.wait()

    wait_until(lambda: not any(lives(pid) for pid in pids))
