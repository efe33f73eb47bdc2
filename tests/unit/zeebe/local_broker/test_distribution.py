import hashlib
import os
import tarfile
from pathlib import Path

import pytest

from zeebe.local_broker import BrokerMissing, distribution, fetched_distribution

VERSION = "8.5.8"


@pytest.fixture
def maven(tmp_path, monkeypatch):
    """A Maven that copies a small archive instead of fetching the large one; the real one is tried by the integration tests."""
    content = tmp_path / f"camunda-zeebe-{VERSION}"
    (content / "lib").mkdir(parents=True)
    (content / "lib" / "zeebe.jar").write_bytes(b"jar")
    archive = tmp_path / "archive.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(content, content.name)
    programs = tmp_path / "bin"
    programs.mkdir()
    maven = programs / "mvn"
    maven.write_text(
        "#!/bin/sh\nfor word; do case $word in -DoutputDirectory=*) cp "
        f'{archive} "${{word#-DoutputDirectory=}}/camunda-zeebe-{VERSION}.tar.gz";; esac; done\n'
    )
    maven.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    return archive


def test_unpacks_an_archive_whose_checksum_is_right(maven: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(distribution.ARCHIVES, VERSION, hashlib.sha256(maven.read_bytes()).hexdigest())

    home = fetched_distribution(VERSION, tmp_path / "cache")

    assert (home / "lib" / "zeebe.jar").read_bytes() == b"jar"
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [home.name]


def test_an_archive_with_another_checksum_is_not_used(maven: Path, tmp_path: Path) -> None:
    with pytest.raises(BrokerMissing, match=r"it was deleted, not used"):
        fetched_distribution(VERSION, tmp_path / "cache")

    assert list((tmp_path / "cache").iterdir()) == []


def test_without_maven_says_how_to_get_it(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(BrokerMissing, match="apt-get install maven"):
        fetched_distribution(VERSION, tmp_path / "cache")


def test_an_unknown_version_is_refused_by_name(tmp_path) -> None:
    with pytest.raises(BrokerMissing, match=r"7.0.0 is not known here; known are 8.5.8"):
        fetched_distribution("7.0.0", tmp_path)


def test_a_cache_that_cannot_be_written_to_is_named_with_its_setting(tmp_path) -> None:
    in_the_way = tmp_path / "cache"
    in_the_way.write_text("a file")

    with pytest.raises(BrokerMissing, match=r"cache/zeebe cannot be written to .*PENSTOCK_ZEEBE_CACHE"):
        fetched_distribution(VERSION, in_the_way / "zeebe")
