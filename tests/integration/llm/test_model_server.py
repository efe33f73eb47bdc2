"""`penstock model-server` as a process: it says where it is, answers, and takes its address with it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[3]


def test_it_says_where_it_listens_and_leaves_no_address_behind(tmp_path: Path) -> None:
    said = tmp_path / "practice-model.url"
    environment = {**os.environ, "PENSTOCK_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "cli", "model-server", "--faults", "server_error=1"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as server:
        try:
            deadline = time.monotonic() + 60
            while not said.exists():
                assert server.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
            url = said.read_text(encoding="ascii")
            models = httpx.get(f"{url}/models", timeout=10).json()
            failed = httpx.post(f"{url}/chat/completions", json={"messages": []}, timeout=10)
        finally:
            server.send_signal(signal.SIGTERM)

    assert models["data"][0]["id"] == "penstock-practice-1"
    assert failed.status_code == 500
    assert server.returncode == 0
    assert not said.exists()
