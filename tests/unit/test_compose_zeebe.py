"""The compose files for Zeebe say what the local broker is started with, too."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from zeebe.local_broker import BrokerOptions, Export
from zeebe.local_broker.distribution import DEFAULT_VERSION
from zeebe.local_broker.options import environment

COMPOSE = Path(__file__).parents[2] / "compose"
# These hang on the place: the sink's address and password, and how soon.
OF_THE_PLACE = {"URL", "USERNAME", "PASSWORD", "SIZE", "DELAY"}


def _has_no_compose() -> bool:
    return subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode != 0


def services(name: str) -> dict:
    return yaml.safe_load((COMPOSE / name).read_text())["services"]


@pytest.mark.parametrize("name", ["zeebe.yml", "zeebe-three-brokers.yml"])
def test_each_broker_exports_what_a_local_one_does(name) -> None:
    local = environment(BrokerOptions(Path("data"), export=Export("http://sink", username="penstock", password="secret")))
    expected = {key: value for key, value in local.items() if "EXPORTERS" in key and key.rpartition("_")[2] not in OF_THE_PLACE}

    brokers = services(name)

    assert brokers
    for broker in brokers.values():
        assert broker["image"] == f"camunda/zeebe:{DEFAULT_VERSION}"
        assert expected.items() <= broker["environment"].items()
        assert all(port.startswith("127.0.0.1:") for port in broker.get("ports", ()))


@pytest.mark.parametrize("name", ["zeebe.yml", "zeebe-three-brokers.yml"])
def test_docker_reads_the_file_and_asks_for_the_password(name) -> None:
    if shutil.which("docker") is None or _has_no_compose():
        pytest.skip("docker compose is not installed")
    command = ["docker", "compose", "-f", COMPOSE / name, "config", "--quiet"]
    without = {key: value for key, value in os.environ.items() if key != "PENSTOCK_SINK_PASSWORD"}
    with_password = {**without, "PENSTOCK_SINK_PASSWORD": "secret"}

    accepted = subprocess.run(command, env=with_password, capture_output=True, text=True, check=False)
    refused = subprocess.run(command, env=without, capture_output=True, text=True, check=False)

    assert accepted.returncode == 0, accepted.stderr
    assert "set the password of the sink" in refused.stderr


def test_three_brokers_know_each_other_and_have_names_of_their_own() -> None:
    brokers = services("zeebe-three-brokers.yml")

    nodes = {broker["environment"]["ZEEBE_BROKER_CLUSTER_NODEID"] for broker in brokers.values()}
    contacts = {broker["environment"]["ZEEBE_BROKER_CLUSTER_INITIALCONTACTPOINTS"] for broker in brokers.values()}
    hosts = {broker["environment"]["ZEEBE_BROKER_NETWORK_ADVERTISEDHOST"] for broker in brokers.values()}
    sizes = {broker["environment"]["ZEEBE_BROKER_CLUSTER_CLUSTERSIZE"] for broker in brokers.values()}
    assert (nodes, sizes, hosts) == ({0, 1, 2}, {3}, set(brokers))
    assert contacts == {",".join(f"{name}:26502" for name in brokers)}
