"""Every operation of REST, as its own OpenAPI document describes it, in each role, with what nobody would send: never a 5xx."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.house import House, house

# All roles together; `PENSTOCK_FUZZ_SECONDS=3600` looks longer.
SECONDS = float(os.environ.get("PENSTOCK_FUZZ_SECONDS", "60"))
SHARES = {"admin": 0.5, "staff": 0.1, "designer": 0.1, "manager": 0.1, "operator": 0.1, "stranger": 0.1}
CSRF = re.compile(r'name="csrf-token" content="([0-9a-f]+)"')


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("house")) as one:
        one.start()
        one.command("tickets", "samples", "--count", "5")
        yield one


@pytest.fixture(scope="module")
def tokens(running: House) -> dict[str, str]:
    """One account and token a role; a stranger's token is nobody's."""
    with httpx.Client(base_url=running.web, timeout=60) as client:
        found = {"admin": _token(client, "admin", running.password), "stranger": "pst_nobody"}
        bearer = {"Authorization": f"Bearer {found['admin']}"}
        for role in ("staff", "designer", "manager", "operator"):
            account = {"username": role, "roles": [role], "groups": ["service-desk"]}
            made = client.post("/api/v1/accounts", json=account, headers=bearer).json()
            found[role] = _token(client, role, made["password"])
    return found


def _token(client: httpx.Client, username: str, password: str) -> str:
    client.cookies.clear()
    mark = _csrf(client.get("/login"))
    client.post("/login", data={"csrf_token": mark, "username": username, "password": password})
    headers = {"X-CSRF-Token": _csrf(client.get("/account", follow_redirects=True))}
    return client.post("/api/v1/me/tokens", json={"name": "test"}, headers=headers).json()["token"]


def _csrf(page: httpx.Response) -> str:
    found = CSRF.search(page.text)
    assert found is not None, page.text[:500]
    return found[1]


@pytest.mark.timeout(int(SECONDS) + 300)
@pytest.mark.parametrize("role", SHARES)
def test_no_request_is_answered_with_a_server_error(running: House, tokens: dict[str, str], tmp_path: Path, role: str) -> None:
    document = tmp_path / "openapi.json"
    bearer = {"Authorization": f"Bearer {tokens['admin']}"}
    document.write_bytes(httpx.get(f"{running.web}/api/v1/openapi.json", headers=bearer, timeout=60).content)
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(document), "--url", running.web, "--no-color"]
    command += ["-H", f"Authorization: Bearer {tokens[role]}", "--checks", "not_a_server_error", "--continue-on-failure"]
    command += [
        "--phases",
        "examples,coverage,fuzzing",
        "--max-examples",
        "5",
        "--max-time",
        str(max(1, round(SECONDS * SHARES[role]))),
    ]
    # It would take its own token away, or make itself a hundred others.
    command += ["--exclude-path-regex", "/me/tokens"]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=SECONDS + 120)

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert re.search(r"(\d+) generated", done.stdout), done.stdout
