<<<<<<< HEAD
"""A real Tryton for tests, reached over the wire alone: its licence is the GPL, so nothing of it is imported here.

`PENSTOCK_TRYTON_VENV` names a virtual environment with trytond, trytond_account and proteus; else a
`trytond` on the PATH is taken. Tests skip by name where there is none.
=======
"""A real Tryton (PyPI: trytond, trytond_party) for tests, started once per run; tests skip by name where it is not installed.

PENSTOCK_TEST_TRYTON names the folder of the programs where they stand in an environment of their own.
>>>>>>> main
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
<<<<<<< HEAD
from dataclasses import dataclass
=======
from contextlib import contextmanager
>>>>>>> main
from pathlib import Path

import httpx
import pytest

<<<<<<< HEAD
PASSWORD = "admin-of-the-tests"
MISSING = (
    "trytond is not installed: python -m venv V && V/bin/pip install trytond trytond_account proteus, PENSTOCK_TRYTON_VENV=V"
)
# Runs in Tryton's own environment: a company with a fiscal year of twelve periods.
SEED = """
import datetime, sys
from proteus import Model, Wizard, config
from trytond.modules.company.tests.tools import create_company, get_company
from trytond.modules.account.tests.tools import create_fiscalyear
config.set_xmlrpc(sys.argv[1])
Module = Model.get('ir.module')
Currency = Model.get('currency.currency')
found = Currency.find([('code', '=', 'EUR')])
currency = found[0] if found else Currency(name='Euro', symbol='E', code='EUR')
if not found:
    currency.save()
create_company(currency=currency)
company = get_company()
context = config.get_config().context
year = create_fiscalyear(company, (datetime.date(2020, 1, 1), datetime.date(2020, 12, 31)))
year.click('create_period')
"""


@dataclass(frozen=True)
class TrytonServer:
    url: str
    database: str
    username: str = "admin"
    password: str = PASSWORD


def tool(name: str) -> str | None:
    home = os.environ.get("PENSTOCK_TRYTON_VENV")
    if home:
        path = Path(home) / "bin" / name
        return str(path) if path.exists() else None
    return shutil.which(name)


def start(folder: Path) -> Iterator[TrytonServer]:
    """A server with a company and the periods of 2020; about half a minute for a new database."""
    admin, server = tool("trytond-admin"), tool("trytond")
    if admin is None or server is None:
        pytest.skip(MISSING)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    configuration = folder / "trytond.conf"
    configuration.write_text(f"[database]\nuri = sqlite://\npath = {folder}\n[web]\nlisten = 127.0.0.1:{port}\n")
    (folder / "erp.sqlite").touch()
    (folder / "password").write_text(PASSWORD)
    environment = {**os.environ, "TRYTONPASSFILE": str(folder / "password")}
    common = [admin, "-c", str(configuration), "-d", "erp"]
    for more in (["--all", "--email", "admin@example.org"], ["-u", "account", "--activate-dependencies"]):
        subprocess.run([*common, *more], check=True, env=environment, capture_output=True, timeout=180)
    process = subprocess.Popen(
        [server, "-c", str(configuration), "-d", "erp"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(port, process)
        python = str(Path(server).with_name("python"))
        address = f"http://admin:{PASSWORD}@127.0.0.1:{port}/erp/rpc/"
        seeded = subprocess.run([python, "-c", SEED, address], check=False, capture_output=True, text=True, timeout=180)
        assert seeded.returncode == 0, seeded.stderr[-2000:]
        yield TrytonServer(f"http://127.0.0.1:{port}", "erp")
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + 60
    while True:
        try:
            httpx.get(f"http://127.0.0.1:{port}/", timeout=5)
        except httpx.HTTPError:
            assert process.poll() is None, "trytond ended"
            assert time.monotonic() < give_up_at, "trytond does not answer"
            time.sleep(0.2)
        else:
            return
=======
PASSWORD = "a password of tests 7"
MISSING = "Tryton is not installed (pip install trytond trytond_party; PENSTOCK_TEST_TRYTON names its folder of programs)"


def program(name: str) -> str:
    folder = os.environ.get("PENSTOCK_TEST_TRYTON", "")
    found = shutil.which(name, path=folder or None)
    if found is None:
        pytest.skip(MISSING)
    return found


@contextmanager
def running_tryton(folder: Path) -> Iterator[str]:
    """A server with an empty database of parties; yields the database's address."""
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
    prepare = [admin, *common, "--all", "--email", "admin@example.com", "-u", "party", "--activate-dependencies"]
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
>>>>>>> main
