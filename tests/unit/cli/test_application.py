import subprocess
import sys
from pathlib import Path

import pytest

from cli import COMMANDS, main

ROOT = Path(__file__).parents[3]


def penstock(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "cli", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_help_names_every_command_without_importing_any() -> None:
    asked = penstock("--help")

    assert asked.returncode == 0
    assert all(name in asked.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    asked = penstock(name, "--help")

    assert asked.returncode == 0, asked.stderr
    assert f"penstock {name}" in asked.stdout


def test_an_unknown_command_is_refused() -> None:
    assert "No such command 'fly'" in penstock("fly").stderr


def test_ctrl_c_while_a_command_is_loaded_ends_it_quietly(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
) -> None:
    def interrupted(_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cli.application", interrupted)
    monkeypatch.setattr("cli.gc.disable", lambda: None)

    with pytest.raises(SystemExit) as end:
        main()

    assert end.value.code == 130
    assert capfd.readouterr().err == ""
