"""A real gateway on a real disk of two megabytes."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bpmn_builder import process
from tests.integration.gateway.gateway_process import running_gateway
from tests.integration.gateway.kill_load import client_of
from zeebe.answers import Resource
from zeebe.errors import ResourceExhausted

MODEL = Resource("p.bpmn", process("p").start().service_task("work").end().xml())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "penstock", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no small disk can be mounted (needs root and tmpfs)")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


async def test_a_full_disk_refuses_and_goes_on_when_there_is_room(small_disk: Path) -> None:
    with running_gateway(small_disk / "data") as gateway:
        async with client_of(gateway.address, gateway.rest_url) as client:
            await client.deploy_resources([MODEL])
            kept: list[int] = []
            refusals = 0
            while refusals < 3:
                try:
                    instance = await client.create_process_instance("p", {"text": "x" * 30_000})
                    kept.append(instance.process_instance_key)
                except ResourceExhausted:
                    refusals += 1
            enlarged = ["mount", "-o", "remount,size=40m", str(small_disk)]
            await asyncio.to_thread(subprocess.run, enlarged, check=True)
            kept.append((await client.create_process_instance("p", {"text": "x" * 30_000})).process_instance_key)
        await asyncio.to_thread(gateway.kill)
        await asyncio.to_thread(gateway.start)
        async with client_of(gateway.address, gateway.rest_url) as client:
            jobs = await client.activate_jobs("work", worker="test", max_jobs=1_000, fetch_variables=["none"])
        verified = await asyncio.to_thread(gateway.command, "gateway", "verify")

    assert len(kept) > 5
    assert [job.process_instance_key for job in jobs] == kept
    assert verified.returncode == 0, verified.stdout
