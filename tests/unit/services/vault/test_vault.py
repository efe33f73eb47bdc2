"""Secrets from a contract server of Vault, alone and as a source of settings."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.vault import Vault, VaultRefused, read_secrets
from settings import Settings
from tests.vault_server import POD_ACCOUNT, TOKEN, VaultServer, vault_server

SECRETS = {"secret_key": "from vault", "smtp_password": "p", "web_port": 8123, "keycloak_clients": '["one", "two"]'}


@pytest.fixture
def server() -> Iterator[VaultServer]:
    with vault_server() as one:
        one.secrets["secret/penstock"] = dict(SECRETS)
        yield one


def test_a_secret_s_names_and_values_are_read(server: VaultServer) -> None:
    found = read_secrets(Vault(server.url, "secret/penstock", TOKEN))

    assert found == {**SECRETS, "web_port": "8123"}
    assert server.asked == ["GET /v1/secret/data/penstock"]


def test_a_pod_signs_in_by_its_account(server: VaultServer, tmp_path: Path) -> None:
    account = tmp_path / "token"
    account.write_text(f"{POD_ACCOUNT}\n")

    found = read_secrets(Vault(server.url, "secret/penstock", role="penstock", account_file=account))

    assert found["secret_key"] == "from vault"


def test_a_namespace_goes_along(server: VaultServer) -> None:
    server.namespace = "team-a"
    vault = Vault(server.url, "secret/penstock", TOKEN)

    found = read_secrets(replace(vault, namespace="team-a"))

    assert found["smtp_password"] == "p"
    with pytest.raises(VaultRefused, match="has nothing at"):
        read_secrets(vault)


def refused(server: VaultServer, **changes: str) -> str:
    with pytest.raises(VaultRefused) as error:
        read_secrets(replace(Vault(server.url, "secret/penstock", TOKEN), **changes))
    return str(error.value)


def test_each_refusal_says_what_to_do_and_tells_no_secret(server: VaultServer) -> None:
    server.secrets["secret/nested"] = {"good": "x", "smtp_password": {"deep": "p"}}

    said = [
        refused(server, token="wrong-t0ken"),
        refused(server, token=""),
        refused(server, path="secret/other"),
        refused(server, path="secret"),
        refused(server, path="secret/../sys/raw"),
        refused(server, path="secret/nested"),
        refused(server, url="http://127.0.0.1:1"),
    ]
    server.is_sealed = True
    said.append(refused(server))

    wanted = ["policy lacks read", "PENSTOCK_VAULT_TOKEN", "nothing at", "PENSTOCK_VAULT_PATH", "PENSTOCK_VAULT_PATH"]
    for text, part in zip(said, [*wanted, "smtp_password must be a text", "cannot be reached", "sealed"], strict=True):
        assert part in text
        assert "t0ken" not in text


def test_settings_come_from_vault_unless_the_environment_or_a_file_says_otherwise(
    server: VaultServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "smtp").write_text("from a file")
    (tmp_path / ".env").write_text("PENSTOCK_SECRET_KEY=from dotenv\nPENSTOCK_LANGUAGE=ru\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PENSTOCK_VAULT_URL", server.url)
    monkeypatch.setenv("PENSTOCK_VAULT_TOKEN", TOKEN)
    monkeypatch.setenv("PENSTOCK_SMTP_PASSWORD_FILE", str(tmp_path / "smtp"))
    monkeypatch.setenv("PENSTOCK_WEB_PORT", "9000")
    server.secrets["secret/penstock"] |= {"vault_url": "http://elsewhere", "no_setting": "x"}

    settings = Settings()
    Settings()

    assert settings.secret_key is not None
    assert settings.secret_key.get_secret_value() == "from vault"
    assert settings.smtp_password.get_secret_value() == "from a file"
    assert (settings.web_port, settings.keycloak_clients, settings.language) == (9000, ["one", "two"], "ru")
    assert (settings.vault_url, "from vault" in repr(settings)) == (server.url, False)
    assert len(server.asked) == 1


def test_a_vault_that_refuses_stops_the_start(server: VaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENSTOCK_VAULT_URL", server.url)
    monkeypatch.setenv("PENSTOCK_VAULT_TOKEN", "wrong")

    with pytest.raises(VaultRefused, match="policy lacks read"):
        Settings()
