"""Secrets from files, as Docker, Kubernetes and systemd hand them out."""

import re
from pathlib import Path

import pytest

from settings import Settings, UnreadableSecret
from settings.unknown import OF_COMPOSE, unknown

COMPOSE = Path(__file__).parents[2] / "compose"


def test_a_secret_is_read_from_the_file_that_is_named(tmp_path, monkeypatch) -> None:
    (tmp_path / "key").write_text("  from the file \n")
    monkeypatch.setenv("PENSTOCK_SECRET_KEY_FILE", str(tmp_path / "key"))

    settings = Settings()

    assert settings.secret_key is not None
    assert settings.secret_key.get_secret_value() == "  from the file "
    assert "from the file" not in repr(settings)


def test_the_variable_itself_wins_over_the_file(tmp_path, monkeypatch) -> None:
    (tmp_path / "port").write_text("8001")
    monkeypatch.setenv("PENSTOCK_WEB_PORT_FILE", str(tmp_path / "port"))
    from_file = Settings().web_port
    monkeypatch.setenv("PENSTOCK_WEB_PORT", "8002")

    from_variable = Settings().web_port

    assert (from_file, from_variable) == (8001, 8002)


def test_a_file_that_cannot_be_read_is_named_with_its_variable(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PENSTOCK_SECRET_KEY_FILE", str(tmp_path / "missing"))

    with pytest.raises(UnreadableSecret, match=r"PENSTOCK_SECRET_KEY_FILE names .*missing"):
        Settings()


def test_a_setting_that_is_itself_a_file_keeps_its_meaning(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PENSTOCK_SMTP_CA_FILE", str(tmp_path / "authority.pem"))

    settings = Settings()

    assert settings.smtp_ca_file == tmp_path / "authority.pem"


def test_lists_and_mappings_in_a_file_are_json_as_in_the_environment(tmp_path, monkeypatch) -> None:
    (tmp_path / "headers").write_text('{"Authorization": "Bearer t0ken"}\n')
    monkeypatch.setenv("PENSTOCK_OTLP_HEADERS_FILE", str(tmp_path / "headers"))

    settings = Settings()

    assert settings.otlp_headers["Authorization"].get_secret_value() == "Bearer t0ken"


def test_a_variable_that_is_no_setting_is_named_with_the_one_that_is_likely_meant(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PENSTOCK_WEBPORT", "8001")
    monkeypatch.setenv("PENSTOCK_SECRET_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("PENSTOCK_POSTGRES_PASSWORD", "of compose")
    (tmp_path / ".env").write_text("PENSTOCK_LANGUGAE=ru\nHOME=/elsewhere\n")

    told = unknown(Settings.model_fields, env_file=tmp_path / ".env")

    assert "PENSTOCK_WEBPORT is no setting and changes nothing; did you mean PENSTOCK_WEB_PORT?" in told
    assert "PENSTOCK_LANGUGAE is no setting and changes nothing; did you mean PENSTOCK_LANGUAGE?" in told
    assert not any("SECRET_KEY" in line or "POSTGRES" in line or "HOME" in line for line in told)


def test_every_variable_that_compose_asks_for_is_known() -> None:
    asked = {found for path in COMPOSE.rglob("*.*") for found in re.findall(r"\$\{(PENSTOCK_\w+)", path.read_text())}
    settings = {f"PENSTOCK_{name.upper()}" for name in Settings.model_fields}

    assert asked - settings - OF_COMPOSE == set()
