from importlib import import_module
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner

import cli
from cli.auditing import audited
from services.audit import AuditFilter, SqlAuditLog
from settings import Settings
from tests.databases import empty_database


@pytest.fixture
def audit_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PENSTOCK_DATA_DIR", str(tmp_path))
    engine = empty_database(Settings().sql_url)
    yield SqlAuditLog(engine)
    engine.dispose()


@pytest.mark.parametrize(
    ("line", "changes"),
    [
        ("accounts create bob --role staff", True),
        ("accounts list", False),
        ("accounts token bob", True),
        ("crm remove north", True),
        ("crm list", False),
        ("mail take one.eml", True),
        ("mail", False),
        ("deploy processes", True),
        ("deploy --help", False),
        ("feel 1+1", False),
        ("", False),
    ],
)
def test_which_commands_go_into_the_log(line: str, changes: bool) -> None:
    arguments = line.split()

    told = cli.changes_something(arguments)

    assert told is changes


@pytest.mark.parametrize(("name", "subcommands"), [each for each in cli.CHANGING.items() if each[1] is not None])
def test_what_goes_into_the_log_can_be_called(name: str, subcommands: frozenset[str]) -> None:
    called = typer.main.get_command(import_module(cli.COMMANDS[name][0]).app)

    there = set(called.commands) if isinstance(called, TyperGroup) else {called.name}

    assert subcommands <= there


def test_a_command_is_written_down_with_its_end(audit_log: SqlAuditLog) -> None:
    with pytest.raises(SystemExit), audited(["accounts", "create", "bob", "--name", "Bob Brown"]):
        raise SystemExit(2)

    (entry,) = audit_log.page(AuditFilter())

    assert entry.deed.action == "penstock accounts create"
    assert entry.deed.outcome == 2
    assert entry.deed.actor.endswith("(shell)")
    assert "Brown" not in str(entry.deed)


def test_the_chain_is_followed_from_the_shell(audit_log: SqlAuditLog) -> None:
    with audited(["deploy", "processes"]):
        pass
    runner, program = CliRunner(), cli.application(["audit"])

    whole = runner.invoke(program, ["audit", "verify"])
    with audit_log.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_entry_no_update")
        connection.exec_driver_sql("UPDATE audit_entry SET actor = 'nobody'")
    forged = runner.invoke(program, ["audit", "verify"])

    assert whole.exit_code == 0, whole.output
    assert "whole: 1 entries" in whole.output
    assert forged.exit_code == 1
    assert "entry 1: it is not as it was written" in forged.output
