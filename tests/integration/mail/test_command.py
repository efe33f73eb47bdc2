"""`penstock mail take`: mails from files."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def take(settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PENSTOCK_DATA_DIR": str(settings.data_dir), "COLUMNS": "200"}
    command = [sys.executable, "-m", "cli", "mail", "take", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_mails_are_taken_in_from_files_and_unreadable_ones_named(settings, engine, mail, tmp_path) -> None:
    good, bad = tmp_path / "good.eml", tmp_path / "bad.eml"
    good.write_bytes(mail().as_bytes())
    bad.write_bytes(b"A: " + b"x" * 300_000 + b"\r\n\r\nhi")

    taken = take(settings, str(good), str(bad))

    assert taken.returncode == 1
    assert f"{good}: ticket T-1" in taken.stdout
    assert "header is longer" in taken.stdout
