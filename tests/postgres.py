"""A real PostgreSQL for tests, started once per run from the machine's own binaries; tests skip by name where there is none.

Nothing here touches a server that runs already: it has its own folder and port, and forgets everything at the end.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

MISSING = "PostgreSQL is not installed (Debian: apt-get install postgresql)"


def binaries() -> Path | None:
    """The folder of the newest installed server."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if versions:
        return versions[-1].parent
    found = shutil.which("postgres")
    return Path(found).parent if found else None


class PostgresServer:
    """A running server; each test takes a database of its own."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port = port
        self.process = process
        self._made = 0

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def create_database(self) -> str:
        """A fresh, empty database; returns its name."""
        self._made += 1
        name = f"test_{self._made}"
        self._execute(f'CREATE DATABASE "{name}"')
        return name

    def role_url(self, role: str, database: str) -> str:
        """A database as a plain role of this name, made where it is missing."""
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
            if not known:
                connection.execute(f'CREATE ROLE "{role}" LOGIN')
        return f"postgresql+psycopg://{role}@127.0.0.1:{self.port}/{database}"

    def drop_database(self, name: str) -> None:
        self._execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def disconnect_all(self, name: str) -> None:
        """End every session of a database, as a server that restarts would."""
        self._execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    def _execute(self, statement: str) -> None:
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement)


# Nothing of most tests has to outlive a power failure.
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@contextmanager
def running_server() -> Iterator[PostgresServer]:
    """Start a server in a new folder and remove both in the end."""
    with server_folder() as folder, serving(make_cluster(folder), *FORGETFUL) as server:
        yield server


@contextmanager
def server_folder() -> Iterator[Path]:
    """A new folder that a server may write to; removed in the end."""
    if binaries() is None:
        pytest.skip(MISSING)
    owner = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="penstock-postgres-"))
    if "user" in owner:
        shutil.chown(folder, owner["user"], owner["group"])
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def make_cluster(folder: Path) -> Path:
    """The empty data of a new server."""
    data = folder / "data"
    run_tool(folder, "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    return data


def run_tool(folder: Path, name: str, *arguments: str | Path) -> None:
    """One of the server's own programs, as who may call it."""
    binary_folder = binaries()
    assert binary_folder is not None
    subprocess.run([binary_folder / name, *arguments], check=True, capture_output=True, cwd=folder, **_unprivileged())


@contextmanager
def serving(data: Path, *settings: str) -> Iterator[PostgresServer]:
    """A server over data that are there; ends with the block."""
    binary_folder, folder, port = binaries(), data.parent, _free_port()
    assert binary_folder is not None
    options = [part for setting in ("listen_addresses=127.0.0.1", *settings) for part in ("-c", setting)]
    command = [binary_folder / "postgres", "-D", data, "-p", str(port), "-k", folder, *options]
    log_file = folder / f"{data.name}.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, **_unprivileged())
    try:
        _wait(port, process, log_file)
        yield PostgresServer(port, process)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    with running_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of an empty database."""
    name = postgres_server.create_database()
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database: each test that takes it runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    return request.getfixturevalue("postgres_url")


def _unprivileged() -> dict:
    """The server refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(port: int, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres").close()
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]} {error}")
            time.sleep(0.05)
        else:
            return
