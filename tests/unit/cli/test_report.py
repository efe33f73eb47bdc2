import os
import subprocess
import sys
from pathlib import Path

from tests.databases import empty_database

ROOT = Path(__file__).parents[3]


def report(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli", "report", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PENSTOCK_DATA_DIR": str(folder)},
    )


def test_a_report_says_in_one_line_what_it_wrote_and_why_it_could_not(tmp_path: Path) -> None:
    empty_database(f"sqlite:///{tmp_path / 'penstock.db'}").dispose()

    written = report(tmp_path, "tickets", "--out", str(tmp_path / "tickets.csv"))
    refused = report(tmp_path, "tickets", "--out", str(tmp_path / "missing" / "tickets.csv"))

    assert written.stderr.splitlines()[-1].startswith(f"{tmp_path / 'tickets.csv'}: 0 rows, ")
    assert "" not in written.stderr.splitlines()
    assert refused.returncode == 1
    assert (
        refused.stderr.splitlines()[-1] == f"{tmp_path / 'missing' / 'tickets.csv'} was not written: No such file or directory"
    )
