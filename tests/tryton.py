"""A real Tryton (PyPI: trytond, trytond_party) for tests, started once per run; tests skip by name where it is not installed.

PENSTOCK_TEST_TRYTON names the folder of the programs where they stand in an environment of their own.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

PASSWORD = "a password of tests 7"
MISSING = "Tryton is not installed (pip install trytond trytond_party; PENSTOCK_TEST_TRYTON names its folder of programs)"


def program(name: str) -> str:
    folder = os.environ.get("PENSTOCK_TEST_TRYTON", "")
    found = shutil.which(name, path=folder or None)
    if found is None:
        pytest.skip(MISSING)
    return found


@contextmanager
def running_tryton(folder: Path, module: str = "party") -> Iterator[str]:
    """A server with an empty database of parties, or of another module; yields the database's address."""
    server, admin = program("trytond"), program("trytond-admin")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = folder / "trytond.conf"
    settings.write_text(f"[database]\nuri = sqlite://\npath = {folder}\n[web]\nlisten = 127.0.0.1:{port}\n")
    (folder / "erp.sqlite").touch()
    (folder / "password").write_text(PASSWORD)
    environment = {**os.environ, "TRYTONPASSFILE": str(folder / "password")}
    common = ["-c", str(settings), "-d", "erp"]
    prepare = [admin, *common, "--all", "--email", "admin@example.com", "-u", module, "--activate-dependencies"]
    subprocess.run(prepare, check=True, env=environment, capture_output=True, timeout=240)
    with subprocess.Popen([server, *common], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(f"http://127.0.0.1:{port}/", process)
            yield f"http://127.0.0.1:{port}/erp"
        finally:
            process.terminate()


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(address, timeout=5)
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("Tryton does not answer")
