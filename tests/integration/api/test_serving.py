"""The api process: what it says at its start, and how it stops."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.house import free_ports
from tests.web_app import HOME, write_assets


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An installation of its own whose gateway is away."""
    home = tmp_path / "home"
    home.mkdir()
    for folder in ("templates", "translations"):
        (home / folder).symlink_to(HOME / folder)
    write_assets(home / "static")
    web, grpc, rest, management = free_ports(4)
    return {
        **os.environ,
        "PENSTOCK_HOME": str(home),
        "PENSTOCK_DATA_DIR": str(tmp_path / "data"),
        "PENSTOCK_WEB_PORT": str(web),
        "PENSTOCK_GRPC_PORT": str(grpc),
        "PENSTOCK_REST_PORT": str(rest),
        "PENSTOCK_MANAGEMENT_PORT": str(management),
    }


@pytest.fixture
def process(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    with run(environment) as started:
        wait_until_it_answers(environment, started)
        yield started
        started.kill()


def run(environment: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "cli", "api"]
    return subprocess.Popen(
        command, cwd=HOME, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1
    )


def web(environment: dict[str, str]) -> str:
    return f"http://127.0.0.1:{environment['PENSTOCK_WEB_PORT']}"


def wait_until_it_answers(environment: dict[str, str], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"{web(environment)}/health", timeout=2)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"no answer; it said: {process.stdout.read() if process.stdout else ''}")


def test_it_is_alive_but_says_why_it_is_not_ready(environment, process) -> None:
    health = httpx.get(f"{web(environment)}/health")
    ready = httpx.get(f"{web(environment)}/ready", timeout=10)

    assert health.status_code == 200
    assert ready.status_code == 503
    assert ready.json()["parts"]["database"] == {"status": "UP"}
    assert environment["PENSTOCK_GRPC_PORT"] in ready.json()["parts"]["gateway"]["reason"]


def test_the_first_start_says_a_password_that_opens_the_house_and_the_key_is_kept_private(environment, process) -> None:
    said = process.stdout.readline()

    password = re.search(r"password (\S+)", said)
    assert password is not None
    with httpx.Client(base_url=web(environment)) as browser:
        assert sign_in(browser, password[1]).status_code == 303
        assert browser.get("/account").status_code == 200
    key = Path(environment["PENSTOCK_DATA_DIR"]) / "secret.key"
    assert key.stat().st_mode & 0o077 == 0


def test_it_stops_at_once_though_a_browser_listens_for_changes(environment, process) -> None:
    password = re.search(r"password (\S+)", process.stdout.readline())
    assert password is not None

    with httpx.Client(base_url=web(environment), timeout=10) as browser:
        sign_in(browser, password[1])
        with browser.stream("GET", "/events") as stream:
            lines = stream.iter_lines()
            first = next(lines)
            process.send_signal(signal.SIGTERM)
            started = time.monotonic()
            rest = list(lines)
            code = process.wait(10)

    assert first.startswith("retry:")
    assert any(line.startswith("event: changed") for line in rest)
    assert code == 0
    assert time.monotonic() - started < 4


def test_without_the_built_browser_files_it_says_what_to_do(environment) -> None:
    (Path(environment["PENSTOCK_HOME"]) / "static" / "manifest.json").unlink()

    with run(environment) as process:
        said = process.communicate(timeout=60)[0]

    assert process.returncode == 1
    assert "make web" in said


def test_a_reset_password_of_the_command_line_opens_the_house(environment, process) -> None:
    command = [sys.executable, "-m", "cli", "accounts", "reset", "admin"]
    said = subprocess.run(command, cwd=HOME, env=environment, capture_output=True, text=True, check=True, timeout=60).stdout

    password = re.search(r"password (\S+)", said)
    assert password is not None
    with httpx.Client(base_url=web(environment)) as browser:
        assert sign_in(browser, password[1]).status_code == 303


def test_an_unknown_account_is_named_by_the_command_line(environment) -> None:
    command = [sys.executable, "-m", "cli", "accounts", "reset", "nobody"]
    done = subprocess.run(command, cwd=HOME, env=environment, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 1
    assert "'nobody'" in done.stderr


def sign_in(browser: httpx.Client, password: str) -> httpx.Response:
    token = re.search(r'name="csrf-token" content="([0-9a-f]+)"', browser.get("/login").text)
    assert token is not None
    return browser.post("/login", data={"csrf_token": token[1], "username": "admin", "password": password})


def test_a_process_that_is_to_leave_says_so_while_it_still_answers(environment) -> None:
    with run(environment | {"PENSTOCK_DRAIN_SECONDS": "3"}) as process:
        wait_until_it_answers(environment, process)

        process.send_signal(signal.SIGTERM)
        ready = wait_for_reason(environment)
        page = httpx.get(f"{web(environment)}/login")
        code = process.wait(30)

    assert "stopping" in ready
    assert page.status_code == 200
    assert code == 0


def test_several_processes_answer_and_one_that_is_killed_comes_back(environment) -> None:
    with run(environment | {"PENSTOCK_API_PROCESSES": "3"}) as process:
        wait_until_it_answers(environment, process)
        before = wait_for_processes(environment, set(), 3)

        os.kill(min(before), signal.SIGKILL)
        while Path(f"/proc/{min(before)}").exists():
            time.sleep(0.01)
        pages = [httpx.get(f"{web(environment)}/login", timeout=20).status_code for _ in range(20)]
        after = wait_for_processes(environment, {min(before)}, 3)
        process.send_signal(signal.SIGTERM)
        code = process.wait(30)

    assert pages == [200] * 20
    assert len(before & after) == 2
    assert code == 0


def wait_for_processes(environment: dict[str, str], gone: set[int], count: int) -> set[int]:
    """The processes that tell Prometheus where they are, as soon as there are so many beside those that are gone."""
    folder = Path(environment["PENSTOCK_DATA_DIR"]) / "monitoring"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = {int(path.stem.rpartition("-")[2]) for path in folder.glob("api-*.json")} - gone
        if len(found) == count:
            return found
        time.sleep(0.05)
    raise AssertionError(f"there are not {count} processes: {sorted(found)}")


def wait_for_reason(environment: dict[str, str]) -> str:
    """What /ready says about the process itself as soon as it says anything."""
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        parts = httpx.get(f"{web(environment)}/ready", timeout=10).json()["parts"]
        if reason := parts["process"].get("reason"):
            return str(reason)
    raise AssertionError("it never said that it leaves")
