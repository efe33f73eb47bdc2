"""What the real engine needs to run in memory: a Java, its libraries by Maven, and our launcher, compiled.

The compiler is Eclipse's, a library like the others: any Java that runs the engine compiles for it too, and no JDK is needed.
"""

import os
import shutil
import subprocess
from pathlib import Path

from zeebe.local_broker import BrokerMissing, find_java, maven_alone

HERE = Path(__file__).parent / "zeebe"
LIBRARIES = HERE / "lib"
SOURCE = HERE / "Launcher.java"
_OPENED = ("java.base/java.nio=ALL-UNNAMED", "java.base/sun.nio.ch=ALL-UNNAMED")


class EngineMissing(Exception):
    """The real engine cannot run here; the text says what is lacking."""


def launch_command(folder: Path) -> list[str]:
    """The command that starts the real engine; the launcher's classes are put into the folder.

    Raises:
        EngineMissing: there is no Java of 21 or newer, no Maven, or no library.
    """
    try:
        java = str(find_java() / "bin" / "java")
    except BrokerMissing as missing:
        raise EngineMissing(str(missing)) from missing
    path = os.pathsep.join(map(str, sorted(libraries().glob("*.jar"))))
    compile_java(SOURCE, path, folder)
    opened = [f"--add-opens={package}" for package in _OPENED]
    return [java, "-Xmx1g", *opened, "-cp", f"{folder}{os.pathsep}{path}", SOURCE.stem]


def compile_java(source: Path, path: str, folder: Path) -> None:
    """Compile one file against a class path; its classes are put into the folder.

    Raises:
        EngineMissing: there is no Java of 21 or newer, no compiler, or the file is refused.
    """
    try:
        java = find_java() / "bin" / "java"
    except BrokerMissing as missing:
        raise EngineMissing(str(missing)) from missing
    jars = libraries()
    # It runs by its own path: what the engine brings along must not stand before it.
    compiler = next(iter(jars.glob("ecj-*.jar")), None)
    if compiler is None:
        raise EngineMissing(f"the compiler (ecj-*.jar) is not among the libraries in {jars}")
    compiled = subprocess.run(
        [java, "-jar", compiler, "--release", "21", "-nowarn", "-cp", path, "-d", folder, source],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if compiled.returncode != 0:
        raise EngineMissing(f"{source.name} could not be compiled: {compiled.stderr[-500:]}")


def libraries() -> Path:
    """The engine's jars, fetched once by Maven; `PENSTOCK_ZEEBE_LIB` names a folder that has them already."""
    if "PENSTOCK_ZEEBE_LIB" in os.environ:
        return Path(os.environ["PENSTOCK_ZEEBE_LIB"])
    if all(any(LIBRARIES.glob(f"{name}-*.jar")) for name in ("zeebe-process-test-engine", "ecj")):
        return LIBRARIES
    maven = shutil.which("mvn")
    if maven is None:
        raise EngineMissing("Maven was not found: it fetches the real engine's libraries")
    command = [maven, "-q", "-B", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies"]
    command += [f"-DoutputDirectory={LIBRARIES}", "-DincludeScope=runtime"]
    with maven_alone():
        fetched = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    if fetched.returncode != 0:
        raise EngineMissing(f"Maven could not fetch the real engine: {fetched.stdout[-500:]}")
    return LIBRARIES
