"""A real IMAP server for tests: Dovecot as an unprivileged user with its own folder and port; skipped by name where missing."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

MISSING = "Dovecot is not installed (Debian: apt-get install dovecot-imapd)"
PASSWORD = "secret"
CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
mail_location = maildir:{folder}/mail/%u
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
first_valid_gid = 1
default_vsz_limit = 0
ssl = no
disable_plaintext_auth = no
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
"""


@dataclass(frozen=True)
class ImapServer:
    port: int
    password: str = PASSWORD


@contextmanager
def running_dovecot() -> Iterator[ImapServer]:
    binary = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if binary is None:
        pytest.skip(MISSING)
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="dovecot") as name:
        folder = Path(name)
        for part in ("run", "state", "mail"):
            (folder / part).mkdir()
        group = subprocess.run(["id", "-gn", account.pw_name], capture_output=True, text=True, check=True).stdout.strip()
        values = {"folder": folder, "user": account.pw_name, "group": group, "port": port, "password": PASSWORD}
        (folder / "dovecot.conf").write_text(CONFIGURATION.format(**values))
        as_user = {}
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", f"{account.pw_uid}:{account.pw_gid}", name], check=True)
            as_user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        command = [binary, "-F", "-c", str(folder / "dovecot.conf")]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=name, **as_user)
        try:
            _wait(port, process, folder / "log")
            yield ImapServer(port)
        finally:
            process.terminate()
            process.communicate(timeout=20)


def _wait(port: int, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                said = log.read_text(errors="replace") if log.exists() else ""
                pytest.fail(f"Dovecot did not start: {said} {process.stderr and process.stderr.read()}")
            time.sleep(0.05)
        else:
            return
