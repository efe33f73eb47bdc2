from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

import migrations
from cli.database import app


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'penstock.db'}"


def test_upgrade_creates_the_database_and_says_so(url) -> None:
    created = CliRunner().invoke(app, ["upgrade", "--url", url])
    again = CliRunner().invoke(app, ["upgrade", "--url", url])

    assert (created.exit_code, again.exit_code) == (0, 0)
    assert f"upgraded from nothing, revision {migrations.newest_revision()}" in created.stdout
    assert "up to date" in again.stdout


def test_status_fails_until_the_database_is_up_to_date(url) -> None:
    before = CliRunner().invoke(app, ["status", "--url", url])
    CliRunner().invoke(app, ["upgrade", "--url", url])
    after = CliRunner().invoke(app, ["status", "--url", url])

    assert (before.exit_code, after.exit_code) == (1, 0)
    assert "revision none" in before.stdout


def test_a_database_of_a_newer_version_is_left_alone(url) -> None:
    CliRunner().invoke(app, ["upgrade", "--url", url])
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_future'"))
    engine.dispose()

    refused = CliRunner().invoke(app, ["upgrade", "--url", url])

    assert refused.exit_code == 1
    assert "start the newer version" in refused.stderr
