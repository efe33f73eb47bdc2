"""Zeebe's distribution: fetched by Maven, checked against a checksum kept here, unpacked once.

An archive is taken as it was published or not at all: what does not have the expected SHA-256 is deleted. It is unpacked beside
its final place and renamed, so an interrupted start leaves nothing half done behind.
"""

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

from zeebe.local_broker.maven import maven_alone

# Versions that were tried with Penstock, and the SHA-256 of their archives.
ARCHIVES = {
    "8.5.8": "53ce62b008e61a87a3f7aed700065ad1352084a24c85771bc4e8300828bf95b4",
    "8.6.0": "5c699e86a6c9d290dd7b1f0b2ea648fb57fd1dacf1cab22c874219e58827ea45",
}
DEFAULT_VERSION = "8.5.8"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
_DOWNLOAD_SECONDS = 1800
_CHUNK = 1024 * 1024

type Tell = Callable[[str], object]


class BrokerMissing(Exception):
    """The broker cannot be had or run here; says what is lacking and what to do."""


def fetched_distribution(version: str, cache: Path, *, tell: Tell = lambda _line: None) -> Path:
    """The folder of an unpacked distribution, fetched before where the cache has none.

    Raises:
        BrokerMissing: the version is unknown, there is no Maven, or what came is not what was published.
    """
    if version not in ARCHIVES:
        raise BrokerMissing(f"Zeebe {version} is not known here; known are {', '.join(ARCHIVES)}")
    home = cache / f"camunda-zeebe-{version}"
    if home.is_dir():
        return home
    try:
        cache.mkdir(parents=True, exist_ok=True)
        fetching = tempfile.TemporaryDirectory(prefix=".fetching-", dir=cache)
    except OSError as error:
        raise BrokerMissing(f"{cache} cannot be written to ({error.strerror}); PENSTOCK_ZEEBE_CACHE names another") from error
    with fetching as folder:
        archive = _download(version, Path(folder), tell)
        _check(archive, ARCHIVES[version], tell)
        tell(f"Unpacking into {home} …")
        with tarfile.open(archive) as opened:
            opened.extractall(folder, filter="data")
        unpacked = Path(folder) / home.name
        if not (unpacked / "lib").is_dir():
            raise BrokerMissing(f"{archive.name} holds no {home.name}/lib: Zeebe's archives have changed their form")
        try:
            unpacked.rename(home)
        except OSError:
            # Somebody else was faster, and has the same.
            if not home.is_dir():
                raise
    return home


def _download(version: str, folder: Path, tell: Tell) -> Path:
    maven = shutil.which("mvn")
    if maven is None:
        raise BrokerMissing("Maven was not found; it fetches Zeebe (Debian: apt-get install maven)")
    tell(f"Fetching io.camunda:camunda-zeebe:{version} with Maven (200 to 300 MB, once) …")
    command = [
        maven,
        "-B",
        "-q",
        "-C",
        _COPY,
        f"-Dartifact=io.camunda:camunda-zeebe:{version}:tar.gz",
        f"-DoutputDirectory={folder}",
    ]
    try:
        with maven_alone():
            done = subprocess.run(  # noqa: S603 -- our own words, and a version from the table
                command, cwd=folder, capture_output=True, text=True, check=False, timeout=_DOWNLOAD_SECONDS
            )
    except subprocess.TimeoutExpired as error:
        raise BrokerMissing(f"Maven did not fetch Zeebe {version} within {_DOWNLOAD_SECONDS} s") from error
    archive = folder / f"camunda-zeebe-{version}.tar.gz"
    if done.returncode or not archive.exists():
        raise BrokerMissing(
            f"Maven could not fetch Zeebe {version}: {done.stdout.strip()[-500:] or done.stderr.strip()[-500:]}"
        )
    return archive


def _check(archive: Path, expected: str, tell: Tell) -> None:
    digest = hashlib.sha256()
    with archive.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    if digest.hexdigest() != expected:
        archive.unlink()
        raise BrokerMissing(f"{archive.name} has SHA-256 {digest.hexdigest()}, not {expected}: it was deleted, not used")
    tell("Its SHA-256 is the expected one.")
