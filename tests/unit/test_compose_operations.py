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

    mounted = [volume for service in services for volume in service.get("volumes", [])]
    sources = [volume["source"] if isinstance(volume, dict) else volume.split(":")[0] for volume in mounted]

    assert all((COMPOSE / source).is_dir() for source in sources if source.startswith("./"))


def test_docker_does_not_make_the_data_folder_which_would_then_be_root_s() -> None:
    prometheus = yaml.safe_load((COMPOSE / "observability.yml").read_text())["services"]["prometheus"]

    (announced,) = [each for each in prometheus["volumes"] if isinstance(each, dict)]

    # The long form also takes a folder that is named from here, where the short one would look for a volume of that name.
    assert (announced["type"], announced["target"]) == ("bind", "/etc/penstock/monitoring")
    assert announced["bind"]["create_host_path"] is False
    assert announced["read_only"] is True
