import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.zeebe import app
from zeebe.local_broker.distribution import DEFAULT_VERSION


@pytest.fixture
def installed(tmp_path: Path) -> dict[str, str]:
    """A Java and a Zeebe that are found, and never get as far as being started; the ports are free."""
    java = tmp_path / "java" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text("#!/bin/sh\necho 'openjdk version \"21.0.1\"' >&2\n")
    java.chmod(0o755)
    (tmp_path / "cache" / f"camunda-zeebe-{DEFAULT_VERSION}").mkdir(parents=True)
    ports = free_row(5)
    return {
        "PENSTOCK_JAVA_HOME": str(tmp_path / "java"),
        "PENSTOCK_ZEEBE_CACHE": str(tmp_path / "cache"),
        "PENSTOCK_DATA_DIR": str(tmp_path / "data"),
        "PENSTOCK_GRPC_PORT": str(ports),
        "PENSTOCK_REST_PORT": str(ports + 3),
        "PENSTOCK_MANAGEMENT_PORT": str(ports + 4),
    }


def free_row(length: int) -> int:
    """The first of so many free ports beside each other."""
    for first in range(20_000, 30_000, length):
        sockets = [socket.socket() for _ in range(length)]
        try:
            for number, one in enumerate(sockets, first):
                one.bind(("127.0.0.1", number))
        except OSError:
            continue
        finally:
            for one in sockets:
                one.close()
        return first
    raise AssertionError("no row of free ports")


def test_a_taken_port_is_named_with_the_setting_that_moves_it(installed) -> None:
    number = int(installed["PENSTOCK_GRPC_PORT"]) + 1
    with socket.socket() as other:
        other.bind(("127.0.0.1", number))
        other.listen()

        done = CliRunner().invoke(app, ["up"], env=installed)

    assert done.exit_code == 1
    assert f"taken already: port {number} (command; PENSTOCK_GRPC_PORT)" in done.output


def test_a_folder_that_cannot_be_written_to_is_named_with_its_setting(installed, tmp_path) -> None:
    (tmp_path / "data").write_text("a file")

    done = CliRunner().invoke(app, ["up"], env=installed)

    assert done.exit_code == 1
    assert "cannot be written to (Not a directory); PENSTOCK_DATA_DIR names another folder" in done.output
