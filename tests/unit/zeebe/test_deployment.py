from pathlib import Path

import pytest

from zeebe.answers import Deployment, Resource
from zeebe.deployment import NotDeployable, deploy_files, deployable_files


class Deployed:
    """Takes the place of a client: keeps what it was given."""

    def __init__(self) -> None:
        self.groups: list[list[Resource]] = []

    async def deploy_resources(self, resources: list[Resource]) -> Deployment:
        self.groups.append(resources)
        return Deployment(len(self.groups))


def write(folder: Path, *names: str) -> list[Path]:
    paths = [folder / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return paths


def test_models_are_found_under_folders_and_each_once(tmp_path: Path) -> None:
    write(tmp_path, "b/one.bpmn", "b/ask.form", "a/route.dmn", "b/README.md", "b/scenarios/one.json")

    found = deployable_files([tmp_path / "b", tmp_path])

    assert [path.name for path in found] == ["ask.form", "one.bpmn", "route.dmn"]


@pytest.mark.parametrize("name", ["notes.txt", "missing.bpmn"])
def test_a_path_that_is_no_model_is_refused_by_name(tmp_path: Path, name: str) -> None:
    write(tmp_path, "notes.txt")

    with pytest.raises(NotDeployable, match=name):
        deployable_files([tmp_path / name])


async def test_files_that_fit_together_are_deployed_together(tmp_path: Path) -> None:
    client = Deployed()

    counts = [count async for count, _ in deploy_files(client, write(tmp_path, "a.bpmn", "b.dmn", "c.form"))]

    assert counts == [3]
    assert [resource.name for resource in client.groups[0]] == ["a.bpmn", "b.dmn", "c.form"]


async def test_files_too_large_for_one_request_are_spread(tmp_path: Path) -> None:
    client = Deployed()
    files = write(tmp_path, "a.bpmn", "b.bpmn", "c.bpmn")
    for file in files:
        file.write_bytes(b"x" * 1_500_000)

    counts = [count async for count, _ in deploy_files(client, files)]

    assert counts == [2, 1]
