"""Deploying files: which belong to a deployment, and in as few deployments as the engine's size limit allows."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from pathlib import Path

from zeebe.answers import Deployment, Resource
from zeebe.client import ZeebeClient

SUFFIXES = (".bpmn", ".dmn", ".form")
# What one request may hold beside its resources' bytes is left free below Zeebe's 4 MB.
_BYTES_AT_ONCE = 4 * 1024 * 1024 - 64 * 1024


class NotDeployable(Exception):
    """A path is no BPMN, DMN or form file and holds none."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path


def deployable_files(paths: Iterable[Path]) -> list[Path]:
    """The BPMN, DMN and form files among paths and under folders, each once, in order.

    Raises:
        NotDeployable: a path does not exist, or is a file of another kind.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            files = (file for file in path.rglob("*") if file.is_file() and file.suffix.lower() in SUFFIXES)
            found.update(dict.fromkeys(sorted(files)))
        elif not path.exists():
            raise NotDeployable(path, "there is no such file or folder")
        elif path.suffix.lower() not in SUFFIXES:
            raise NotDeployable(path, f"can be deployed only as one of {', '.join(SUFFIXES)}")
        else:
            found[path] = None
    return list(found)


async def deploy_files(client: ZeebeClient, files: Sequence[Path]) -> AsyncIterator[tuple[int, Deployment]]:
    """Deploy files, giving after each deployment how many files it held and what became of them.

    Files that fit together are deployed together: all of those or none.

    Raises:
        ZeebeError: a deployment was refused; the earlier ones stand.
    """
    for group in _groups(files):
        yield len(group), await client.deploy_resources(group)


def _groups(files: Sequence[Path]) -> Iterator[list[Resource]]:
    group: list[Resource] = []
    size = 0
    for file in files:
        resource = Resource(file.name, file.read_bytes())
        if group and size + len(resource.content) > _BYTES_AT_ONCE:
            yield group
            group, size = [], 0
        group.append(resource)
        size += len(resource.content) + len(resource.name)
    if group:
        yield group
