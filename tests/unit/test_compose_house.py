"""The image and the compose files of the whole house: what they name is there, whether Docker is or not."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from cli import COMMANDS, application
from settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "compose"
DOCKERFILE = COMPOSE / "Dockerfile"
KEYCLOAK, ON_LOOPBACK = "keycloak.yml", "keycloak-on-loopback.yml"
HOUSE, ON_ZEEBE, IN_KEYCLOAK = "penstock.yml", "penstock-on-zeebe.yml", "penstock-on-keycloak.yml"
# Files that a user names together, in this order.
STACKS = [(HOUSE,), ("keycloak.yml", HOUSE, IN_KEYCLOAK), ("zeebe.yml", HOUSE, ON_ZEEBE)]
ALL = sorted(path.name for path in COMPOSE.glob("*.yml"))
PLACEHOLDER = re.compile(r"\$\{(\w+)(?::?[-?]([^{}]*))?\}")


class ComposeLoader(yaml.SafeLoader):
    """Knows the tag by which compose empties what an earlier file said."""


ComposeLoader.add_constructor("!reset", lambda loader, node: loader.construct_sequence(node))


def content_of(name: str) -> dict[str, Any]:
    return dict(yaml.load((COMPOSE / name).read_text(), ComposeLoader))


def services_of(name: str) -> dict[str, dict[str, Any]]:
    return dict(content_of(name)["services"])


def merged(stack: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """As compose puts files together: later ones win; environments and what is waited for are joined, a mount takes a place."""
    found: dict[str, dict[str, Any]] = {}
    for name in stack:
        for service, described in services_of(name).items():
            before = found.get(service, {})
            joined = {
                key: {**_mapping(before.get(key)), **_mapping(described.get(key))} for key in ("environment", "depends_on")
            }
            mounts = {str(each).split(":")[1]: each for each in (*before.get("volumes", ()), *described.get("volumes", ()))}
            found[service] = {**before, **described, **joined, "volumes": list(mounts.values())}
    return found


def _mapping(said: dict[str, Any] | list[str] | None) -> dict[str, Any]:
    return {name: {"condition": "service_started"} for name in said} if isinstance(said, list) else said or {}


def ours(stack: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """The processes of Penstock; `embedded` is a profile that nobody names on a broker."""
    own = {name: each for name, each in merged(stack).items() if str(each.get("image", "")).startswith("penstock:")}
    return {name: each for name, each in own.items() if each.get("profiles") != ["embedded"]}


@pytest.mark.parametrize("stack", STACKS, ids="+".join)
def test_each_process_runs_a_command_that_there_is(stack: tuple[str, ...]) -> None:
    for name, service in ours(stack).items():
        command = service["command"]

        assert command[0] in COMMANDS, name
        group = typer.main.get_command(application(command))
        called = group.commands[command[0]]  # type: ignore[attr-defined]
        assert len(command) == 1 or command[0] == "deploy" or command[1] in called.commands, name
    assert merged(stack)["deploy"]["command"] == ["deploy", "--shipped"]


@pytest.mark.parametrize("stack", STACKS, ids="+".join)
def test_each_variable_is_a_setting_and_takes_the_value_it_is_given(
    stack: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, service in ours(stack).items():
        given = {key: value for key, value in service["environment"].items() if key.startswith("PENSTOCK_")}
        unknown = {key for key in given if key.removeprefix("PENSTOCK_").lower() not in Settings.model_fields}
        assert not unknown, name

        with monkeypatch.context() as patch:
            for key, value in given.items():
                if value is not None:
                    patch.setenv(key, PLACEHOLDER.sub("secret", str(value)))
            settings = Settings()

        assert settings.gateway_address == ("zeebe:26500" if ON_ZEEBE in stack else "gateway:26500")
        assert settings.is_embedded == (ON_ZEEBE not in stack)


@pytest.mark.parametrize("stack", STACKS, ids="+".join)
def test_a_mail_server_can_be_named_with_all_that_it_asks_for(stack: tuple[str, ...]) -> None:
    a_file = {"smtp_ca_file"}  # which would have to be mounted as well
    wanted = {f"PENSTOCK_{name.upper()}" for name in Settings.model_fields if name.startswith("smtp_") and name not in a_file}

    for name in ("api", "background"):
        assert wanted <= set(ours(stack)[name]["environment"]), name


@pytest.mark.parametrize("stack", STACKS, ids="+".join)
def test_each_process_has_no_more_rights_than_it_needs_and_time_to_end(stack: tuple[str, ...]) -> None:
    for name, service in ours(stack).items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["init"] is True, name
        assert int(service["stop_grace_period"].removesuffix("s")) > Settings().drain_seconds + 30, name


@pytest.mark.parametrize("stack", STACKS, ids="+".join)
def test_each_process_runs_the_image_that_is_built_here_and_none_of_that_name_from_elsewhere(stack: tuple[str, ...]) -> None:
    for name, service in ours(stack).items():
        assert service["build"] == {"context": "..", "dockerfile": "compose/Dockerfile"}, name


@pytest.mark.parametrize("stack", STACKS, ids="+".join)
def test_compose_puts_the_files_together_as_we_do(stack: tuple[str, ...]) -> None:
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode != 0:
        pytest.skip("docker compose is missing")
    asked = {found[1] for name in stack for found in PLACEHOLDER.finditer((COMPOSE / name).read_text())}
    files = [part for name in stack for part in ("-f", str(COMPOSE / name))]

    done = subprocess.run(
        [docker, "compose", *files, "config", "--format", "json"],
        env={**os.environ, **dict.fromkeys(asked, "7")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)["services"]
    for name, service in ours(stack).items():
        if service.get("profiles"):
            continue
        told = {key for key, value in service["environment"].items() if value is not None}
        assert told <= {key for key, value in read[name]["environment"].items() if value is not None}, name


@pytest.mark.parametrize("stack", STACKS, ids="+".join)
def test_what_a_service_waits_for_is_there_and_says_when_it_is_well(stack: tuple[str, ...]) -> None:
    services = merged(stack)

    for name, service in services.items():
        wanted = service.get("depends_on", {})
        assert set(wanted) <= set(services), name
        for other, condition in wanted.items() if isinstance(wanted, dict) else ():
            if condition["condition"] == "service_healthy":
                answers = "HEALTH_URL" in services[other]["environment"] or "healthcheck" in services[other]
                assert answers, f"{name} waits for {other}"


@pytest.mark.parametrize("stack", STACKS, ids="+".join)
def test_health_is_asked_where_each_process_listens(stack: tuple[str, ...]) -> None:
    settings = Settings()
    for name, service in ours(stack).items():
        url = service["environment"].get("HEALTH_URL")
        if url is None or name in {"gateway", "api"}:
            continue

        assert url == f"http://127.0.0.1:{json.loads(service['environment']['PENSTOCK_MONITORING_PORTS'])[name]}/health"
    environment = ours(stack)["api"]["environment"]
    assert environment["HEALTH_URL"] == f"http://127.0.0.1:{settings.web_port}/health"


@pytest.mark.parametrize("stack", STACKS, ids="+".join)
def test_prometheus_asks_each_container_of_the_stack_where_it_listens(stack: tuple[str, ...]) -> None:
    services = merged(stack)
    engine = "zeebe" if ON_ZEEBE in stack else "gateway"
    ports = json.loads(services["api"]["environment"]["PENSTOCK_MONITORING_PORTS"]) | {engine: Settings().management_port}
    mounted = {target: source for source, target, *_ in (each.split(":") for each in services["prometheus"]["volumes"])}

    targets = json.loads((COMPOSE / mounted["/etc/penstock/monitoring/containers.json"]).read_text())

    asked = {target["labels"]["process"]: target["targets"][0] for target in targets}
    assert asked == {name: f"{name}:{port}" for name, port in ports.items()}
    assert set(asked) <= {name for name, service in services.items() if service.get("profiles") != ["embedded"]}
    paths = {target["labels"]["process"]: target["labels"].get("__metrics_path__", "/metrics") for target in targets}
    assert paths.pop("zeebe", "/actuator/prometheus") == "/actuator/prometheus"
    assert set(paths.values()) == {"/metrics"}


@pytest.mark.parametrize("stack", STACKS, ids="+".join)
def test_the_engine_stops_after_all_who_bring_it_their_last_words(stack: tuple[str, ...]) -> None:
    services = merged(stack)
    engine = "zeebe" if ON_ZEEBE in stack else "gateway"

    def waited_for(name: str) -> set[str]:
        direct = set(services[name].get("depends_on", ()))
        return direct.union(*(waited_for(other) for other in direct))

    for name in set(ours(stack)) - {"gateway"}:
        assert engine in waited_for(name), name
    # On a broker nobody asks for the gateway, and compose would refuse a file that must have it.
    assert services["api"]["depends_on"]["gateway"]["required"] is False


@pytest.mark.parametrize("name", ALL)
def test_a_database_is_well_when_it_answers_by_tcp_as_others_ask_it(name: str) -> None:
    tests = [each["healthcheck"]["test"] for each in services_of(name).values() if "postgres:" in each.get("image", "")]

    assert all(test[:4] == ["CMD", "pg_isready", "-h", "127.0.0.1"] for test in tests)
    assert bool(tests) == (name in {HOUSE, KEYCLOAK, "postgres.yml"})


@pytest.mark.parametrize("name", ALL)
def test_images_are_pinned_ports_are_this_machine_s_and_what_is_mounted_is_there(name: str) -> None:
    content = content_of(name)
    for service, described in content["services"].items():
        image = PLACEHOLDER.sub(lambda found: found[2] or "", described.get("image", "own:1"))
        assert re.search(r":[^:]*\d[^:]*$", image), f"{service}: {image}"
        assert all(str(port).startswith("127.0.0.1:") for port in described.get("ports", [])), service
        for volume in described.get("volumes", []):
            source = volume["source"] if isinstance(volume, dict) else volume.split(":")[0]
            if source.startswith("./"):
                assert (COMPOSE / source).exists(), volume
            elif re.fullmatch(r"\w+", source) and name not in {ON_ZEEBE, IN_KEYCLOAK}:
                assert source in content["volumes"], volume


def test_a_keycloak_that_shares_the_host_s_network_listens_on_loopback_and_reaches_the_pages_there() -> None:
    services = merged((KEYCLOAK, ON_LOOPBACK))

    keycloak, database = services["keycloak"], services["database"]

    told = {key: PLACEHOLDER.sub(lambda found: found[2] or "", str(value)) for key, value in keycloak["environment"].items()}
    assert (keycloak["network_mode"], keycloak["ports"], keycloak["extra_hosts"]) == ("host", [], [])
    assert told["KC_HTTP_HOST"] == "127.0.0.1"
    assert told["KC_HOSTNAME"] == f"http://127.0.0.1:{told['KC_HTTP_PORT']}"
    assert told["PENSTOCK_BACK_CHANNEL_URL"] == f"http://{Settings().host}:{Settings().web_port}"
    (published,) = [PLACEHOLDER.sub(lambda found: found[2] or "", port) for port in database["ports"]]
    assert told["KC_DB_URL"] == f"jdbc:postgresql://{published.removesuffix(':5432')}/keycloak"


@pytest.mark.parametrize("name", ALL)
def test_each_file_stands_in_a_command_of_the_readme(name: str) -> None:
    growing = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Growing")[2].partition("\n## ")[0]

    assert f"-f compose/{name}" in growing


def test_the_image_copies_what_there_is_pins_its_bases_and_runs_as_nobody_s_administrator() -> None:
    lines = re.sub(r"\\\n", " ", DOCKERFILE.read_text()).splitlines()
    steps = [line.split(None, 1) for line in lines if line and not line.startswith("#")]
    bases = [rest.split()[0] for word, rest in steps if word == "FROM"]
    copied = [part for word, rest in steps if word == "COPY" and "--from" not in rest for part in rest.split()[:-1]]

    assert all(re.search(r":\d+\.\d+\.\d+", base) for base in bases)
    assert all((ROOT / part).exists() for part in copied)
    last_user = [rest for word, rest in steps if word == "USER"][-1]
    assert last_user not in {"root", "0"}
    assert [word for word, _ in steps].index("USER") > max(i for i, (word, _) in enumerate(steps) if word == "RUN")
    assert not [rest for word, rest in steps if word in {"ARG", "ENV"} and re.search(r"(?i)password|secret|token", rest)]
    environment = dict(re.findall(r"(PENSTOCK_\w+)=(\S+)", DOCKERFILE.read_text()))
    assert {key.removeprefix("PENSTOCK_").lower() for key in environment} <= set(Settings.model_fields)


def test_the_image_gets_every_room_and_nothing_else() -> None:
    rules = (COMPOSE / "Dockerfile.dockerignore").read_text().splitlines()
    taken = {rule[1:] for rule in rules if rule.startswith("!")}
    packages = re.findall(r"include = \[(.*?)\]", (ROOT / "pyproject.toml").read_text())[0]
    rooms = {name.strip('"* ') for name in packages.split(",")}

    assert "*" in rules
    assert all((ROOT / name).exists() for name in taken)
    assert rooms | {"processes", "decisions", "prompts", "templates", "translations", "web"} <= taken
    assert not taken & {"data", "tests", ".git", ".env", "bench", "static"}
