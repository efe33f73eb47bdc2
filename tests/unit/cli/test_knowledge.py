from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import application

RUN = CliRunner()


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENSTOCK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PENSTOCK_ENGINE_SYNC", "NORMAL")


def knowledge(*arguments: str):
    return RUN.invoke(application(["knowledge"]), ["knowledge", *arguments], catch_exceptions=False)


def test_a_folder_is_added_and_answers(tmp_path: Path) -> None:
    folder = tmp_path / "guides"
    folder.mkdir()
    (folder / "coffee.md").write_text("# Coffee\n\nTap the hopper twice when the grinder is stuck.", encoding="utf-8")
    (folder / "notes.exe").write_bytes(b"MZ")

    added, again = knowledge("add", str(folder)), knowledge("add", str(folder))
    found, nothing = knowledge("search", "the grinder got stuck"), knowledge("search", "parking for visitors")

    assert (added.exit_code, again.exit_code) == (0, 0)
    assert "was there already" in again.output
    assert "Coffee, page 1" in found.output
    assert (nothing.exit_code, "Nothing" in nothing.output) == (1, True)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing more")

    added = knowledge("add", str(broken))

    assert added.exit_code == 1
    assert "damaged" in added.output.replace("\n", "")
