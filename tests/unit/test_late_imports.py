"""Packages that import their parts when they are first asked for."""

import importlib
import subprocess
import sys

import pytest

LATE = ("bootstrap", "services.classification")
PROGRAM = """
import sys
from cli import main
sys.argv = ["penstock", sys.argv[1], "--help"]
try:
    main()
finally:
    print("loaded:", *sorted(sys.modules))
"""


@pytest.mark.parametrize("name", LATE)
def test_each_name_that_a_package_offers_is_there(name: str) -> None:
    package = importlib.import_module(name)

    missing = [offered for offered in package.__all__ if not hasattr(package, offered)]

    assert missing == []


@pytest.mark.parametrize("name", LATE)
def test_another_name_is_refused(name: str) -> None:
    package = importlib.import_module(name)

    with pytest.raises(AttributeError, match="'nothing_of_this_name'"):
        _ = package.nothing_of_this_name


@pytest.mark.parametrize(("command", "heavy"), [("tickets", "sklearn"), ("api", "sklearn"), ("feel", "sqlalchemy")])
def test_a_command_does_not_load_what_it_does_not_need(command: str, heavy: str) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, command], capture_output=True, text=True, check=True)

    assert heavy not in done.stdout.partition("loaded:")[2].split()
