"""The compose files of operations can be read by compose itself, open nothing to the network, and mount what there is."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml

COMPOSE = Path(__file__).parents[2] / "compose"
FILES = ["observability.yml", "postgres.yml", "redis.yml"]
SECRETS = {"GRAFANA_PASSWORD": "g", "PENSTOCK_POSTGRES_PASSWORD": "p"}


def _has_no_compose() -> bool:
    try:
        return subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode != 0
    except OSError:
        return True


@pytest.mark.skipif(_has_no_compose(), reason="docker compose is missing")
@pytest.mark.parametrize("name", FILES)
def test_compose_understands_the_file(name: str) -> None:
    command = ["docker", "compose", "-f", COMPOSE / name, "config", "--quiet"]

    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **SECRETS})

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", FILES)
def test_nothing_listens_beyond_this_machine(name: str) -> None:
    services = yaml.safe_load((COMPOSE / name).read_text())["services"].values()

    ports = [port for service in services for port in service.get("ports", [])]

    assert all(port.startswith("127.0.0.1:") for port in ports)


@pytest.mark.parametrize("name", FILES)
def test_what_is_mounted_from_the_repository_is_there(name: str) -> None:
    services = yaml.safe_load((COMPOSE / name).read_text())["services"].values()

    sources = [volume.split(":")[0] for service in services for volume in service.get("volumes", [])]

    assert all((COMPOSE / source).is_dir() for source in sources if source.startswith("./"))
