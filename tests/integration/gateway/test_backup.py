"""`penstock backup` while the gateway and its projection work, and `penstock restore` into an empty place."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import bootstrap
from engine.state.opening import open_store
from history.database import open_engine
from history.projector import Projector
from settings import Settings
from tests.bpmn_builder import process
from tests.integration.gateway.gateway_process import ROOT, GatewayProcess, running_gateway
from tests.postgres import PostgresServer
from zeebe.answers import Resource
from zeebe.client import ZeebeClient
from zeebe.record_source import EmbeddedRecordSource

MODEL = Resource("p.bpmn", process("p").start().service_task("work").end().xml())


@dataclass
class Place:
    """An installation: its gateway, and the settings of everything beside it."""

    gateway: GatewayProcess
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        values = {name.removeprefix("PENSTOCK_").lower(): value for name, value in self.environment.items()}
        return Settings(
            data_dir=self.gateway.data,
            zeebe_management_url=self.gateway.management_url,
            **values,  # type: ignore[arg-type]
        )


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Settings of the place that is backed up and of the one that is restored into."""
    if request.param == "sqlite":
        yield {}, {}
        return
    if shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not installed (Debian: apt-get install postgresql-client)")
    server: PostgresServer = request.getfixturevalue("postgres_server")
    names = [server.create_database() for _ in range(4)]
    settings = [
        {"PENSTOCK_ENGINE_URL": server.url(names[index]), "PENSTOCK_DATABASE_URL": server.url(names[index + 1])}
        for index in (0, 2)
    ]
    yield settings[0], settings[1]
    for name in names:
        server.drop_database(name)


@pytest.fixture
def place(tmp_path: Path, databases: tuple[dict[str, str], dict[str, str]]) -> Iterator[Place]:
    with running_gateway(tmp_path / "data", environment=databases[0]) as gateway:
        place = Place(gateway, databases[0])
        bootstrap.upgrade_database(place.settings)
        (gateway.data / "reports").mkdir()
        (gateway.data / "reports" / "may.pdf").write_bytes(b"%PDF of may")
        (gateway.data / "classifier.npz").write_bytes(b"weights")
        (gateway.data / "logs").mkdir()
        (gateway.data / "logs" / "api.log").write_text("not worth keeping")
        yield place


def command(gateway: GatewayProcess, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a penstock command in the installation of a gateway."""
    environment = {**os.environ, "PENSTOCK_DATA_DIR": str(gateway.data), **gateway.environment}
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


async def create_for_ever(client: ZeebeClient, created: list[int]) -> None:
    while True:
        created.append((await client.create_process_instance("p", {"n": len(created)})).process_instance_key)


async def test_what_was_acknowledged_before_a_backup_is_there_after_restoring(
    place: Place, tmp_path: Path, databases: tuple[dict[str, str], dict[str, str]]
) -> None:
    archive, again = tmp_path / "backups" / "today.tar.gz", tmp_path / "again"
    created: list[int] = []
    async with ZeebeClient(place.gateway.address, place.gateway.rest_url) as client:
        await client.deploy_resources([MODEL])
        working = asyncio.create_task(create_for_ever(client, created))
        projecting = asyncio.create_task(bootstrap.project_records(place.settings))
        while len(created) < 50:  # noqa: ASYNC110 - another process works
            await asyncio.sleep(0.05)
        before = len(created)
        made = await asyncio.to_thread(command, place.gateway, "backup", str(archive))
        for task in (working, projecting):
            task.cancel()
        await asyncio.gather(working, projecting, return_exceptions=True)
    assert made.returncode == 0, made.stderr
    await asyncio.to_thread(place.gateway.stop)

    other = GatewayProcess(again, environment=databases[1])
    restored = await asyncio.to_thread(command, other, "restore", str(archive), str(again))
    assert restored.returncode == 0, restored.stderr
    await asyncio.to_thread(other.start)
    try:
        settings = Place(other, databases[1]).settings
        async with ZeebeClient(other.address, other.rest_url) as client:
            jobs = await client.activate_jobs("work", worker="test", max_jobs=10_000)
        engine = open_engine(settings.sql_url)
        projected = Projector(engine).position()
        async for records in EmbeddedRecordSource(other.management_url).once({1: projected}):
            await asyncio.to_thread(Projector(engine).apply, records)
        engine.dispose()
    finally:
        await asyncio.to_thread(other.stop)

    assert {job.process_instance_key for job in jobs} >= set(created[:before])
    assert {job.process_instance_key for job in jobs} <= set(created)
    assert (again / "reports" / "may.pdf").read_bytes() == b"%PDF of may"
    assert (again / "classifier.npz").read_bytes() == b"weights"
    assert not (again / "logs").exists()
    with tarfile.open(archive) as tar:
        content = tar.extractfile("manifest.json")
        assert content is not None
        manifest = json.load(content)
    assert 0 < manifest["read_models_position"] <= manifest["engine_position"]
    assert manifest["counts"]["job"] == len(jobs)
    assert manifest["resources"] == ["p version 1 (p.bpmn)"]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a small installation that does not run."""
    folder = tmp_path_factory.mktemp("small")
    open_store(folder / "data").close()
    bootstrap.upgrade_database(Settings(data_dir=folder / "data"))
    made = command(GatewayProcess(folder / "data"), "backup", str(folder / "small.tar"))
    assert made.returncode == 0, made.stderr
    return folder / "small.tar"


def test_a_place_that_is_not_empty_or_a_damaged_archive_is_left_as_it_was(archive: Path, tmp_path: Path) -> None:
    gateway = GatewayProcess(tmp_path / "full")
    gateway.data.mkdir()
    (gateway.data / "mine").write_text("keep me")
    content = bytearray(archive.read_bytes())
    content[len(content) // 3] ^= 0xFF
    (tmp_path / "damaged.tar").write_bytes(content)

    full = command(gateway, "restore", str(archive), str(gateway.data))
    damaged = command(gateway, "restore", str(tmp_path / "damaged.tar"), str(tmp_path / "new"))
    missing = command(gateway, "restore", str(tmp_path / "none.tar"), str(tmp_path / "new"))

    assert (full.returncode, "is not empty" in full.stderr) == (1, True)
    assert [path.name for path in gateway.data.iterdir()] == ["mine"]
    assert (damaged.returncode, "nothing was restored" in damaged.stderr) == (1, True)
    assert list((tmp_path / "new").iterdir()) == []
    assert (missing.returncode, "there is no such file" in missing.stderr) == (1, True)


def test_a_backup_into_the_data_itself_is_refused(archive: Path) -> None:
    data = archive.parent / "data"

    refused = command(GatewayProcess(data), "backup", str(data / "x.tar"))

    assert (refused.returncode, "name a place elsewhere" in refused.stderr) == (1, True)
