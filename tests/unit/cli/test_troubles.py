"""What keeps a command from its work is told in a few lines, never as a traceback."""

import errno
import os
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from cli.troubles import told
from cli.up import LOCK, why_not_listen
from engine.gateway.directory_lock import locked

ROOT = Path(__file__).parents[3]


def penstock(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **settings},
    )


def test_a_wrong_setting_is_named_as_it_was_given_and_its_value_is_not_repeated() -> None:
    settings = {"PENSTOCK_GRPC_PORT": "99999", "PENSTOCK_DATABASE_URL": "mysql://ann:s3cret@host/name"}

    asked = penstock("accounts", "list", **settings)

    assert asked.returncode == 1
    assert "PENSTOCK_GRPC_PORT should be less than or equal to 65535" in asked.stderr
    assert "PENSTOCK_DATABASE_URL should be sqlite:////" in asked.stderr
    assert "docs/reference/settings.md" in asked.stderr
    assert "Traceback" not in asked.stderr
    assert "s3cret" not in asked.stderr


def test_a_list_that_is_no_json_is_named() -> None:
    asked = penstock("accounts", "list", PENSTOCK_ZEEBE_TENANTS="acme")

    assert asked.returncode == 1
    assert "PENSTOCK_ZEEBE_TENANTS is no JSON" in asked.stderr
    assert "Traceback" not in asked.stderr


def test_a_setting_from_a_file_of_its_own_says_so(tmp_path: Path) -> None:
    (tmp_path / "port").write_text("many")

    asked = penstock("accounts", "list", PENSTOCK_WEB_PORT_FILE=str(tmp_path / "port"))

    assert "PENSTOCK_WEB_PORT (from the file that PENSTOCK_WEB_PORT_FILE names) should be a valid integer" in asked.stderr


@pytest.mark.parametrize(
    "command", [("accounts", "list"), ("history", "status"), ("knowledge", "search", "leave")], ids=" ".join
)
def test_a_file_that_is_no_database_is_named(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "penstock.db").write_text("these are notes and no database, however long they may become " * 20)

    asked = penstock(*command, PENSTOCK_DATA_DIR=str(tmp_path))

    assert asked.returncode == 1
    assert f"{tmp_path / 'penstock.db'} cannot be used: file is not a database" in asked.stderr
    assert "Traceback" not in asked.stderr


def test_a_database_of_a_newer_version_asks_for_that_version(tmp_path: Path) -> None:
    penstock("database", "upgrade", PENSTOCK_DATA_DIR=str(tmp_path))
    with sqlite3.connect(tmp_path / "penstock.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999_of_tomorrow'")

    asked = penstock("accounts", "list", PENSTOCK_DATA_DIR=str(tmp_path))

    assert asked.returncode == 1
    assert "start the newer version" in asked.stderr
    assert "Traceback" not in asked.stderr


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    asked = penstock("gateway", PENSTOCK_DATA_DIR=str(tmp_path / "file" / "data"))

    assert asked.returncode == 1
    assert f"{tmp_path / 'file' / 'data'}: {os.strerror(errno.ENOTDIR)}" in asked.stderr
    assert "Traceback" not in asked.stderr


def test_a_mistake_of_ours_keeps_its_traceback() -> None:
    class Row(BaseModel):
        key: int

    with pytest.raises(ValidationError) as raised:
        Row.model_validate({"key": "none"})

    assert told(raised.value) is None
    assert told(KeyError("key")) is None


def test_a_port_that_is_taken_names_the_setting_of_the_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        reason = why_not_listen("127.0.0.1", port, "PENSTOCK_HOST", "PENSTOCK_WEB_PORT")

    assert reason is not None
    assert f"Port {port} on 127.0.0.1 is taken" in reason
    assert "PENSTOCK_WEB_PORT=" in reason


def test_an_address_of_another_machine_names_the_setting_of_the_host() -> None:
    reason = why_not_listen("192.0.2.1", 0, "PENSTOCK_HOST", "PENSTOCK_WEB_PORT")

    assert reason is not None
    assert "192.0.2.1 is no address of this machine" in reason
    assert "PENSTOCK_HOST=" in reason


def test_an_address_of_the_other_family_can_be_listened_on() -> None:
    assert why_not_listen("::1", 0, "PENSTOCK_HOST", "PENSTOCK_WEB_PORT") is None


def test_a_second_house_on_one_folder_is_refused_before_it_starts_anything(tmp_path: Path) -> None:
    ports = {f"PENSTOCK_{name}_PORT": "0" for name in ("WEB", "GRPC", "REST", "MANAGEMENT")}
    with locked(tmp_path, LOCK):
        asked = penstock("up", PENSTOCK_DATA_DIR=str(tmp_path), **ports)

    assert asked.returncode == 1
    assert f"{tmp_path} is in use by another `penstock up` (process {os.getpid()})" in asked.stdout
    assert "PENSTOCK_DATA_DIR=" in asked.stdout
    assert [path.name for path in tmp_path.iterdir()] == [LOCK]


@pytest.mark.parametrize(
    "line",
    [
        "doctor",
        "accounts list",
        "audit list",
        "audit verify",
        "crm list",
        "database status",
        "history status",
        "knowledge search refund",
        "report sla --out report.pdf",
    ],
)
def test_a_look_at_a_place_where_nothing_is_makes_nothing_there(tmp_path: Path, line: str) -> None:
    place = tmp_path / "house"

    asked = penstock(*line.split(), PENSTOCK_DATA_DIR=str(place))

    assert asked.returncode == 1
    assert "penstock database upgrade" in asked.stderr + asked.stdout
    assert "Traceback" not in asked.stderr
    assert not place.exists()
