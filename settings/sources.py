"""Where settings come from beside the environment: files of secrets, and Vault."""

import os
from pathlib import Path
from typing import Any, ClassVar, override

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource


class UnreadableSecret(ValueError):
    """A file that should hold a setting cannot be read."""


class FilesOfSecrets(PydanticBaseSettingsSource):
    """`PENSTOCK_<SETTING>_FILE` names a file that holds the setting: how Docker, Kubernetes and systemd hand out secrets."""

    @override
    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[str | None, str, bool]:
        variable = f"PENSTOCK_{field_name}_FILE".upper()
        # A setting that ends in _file itself has this name already.
        path = os.environ.get(variable)
        if not path or variable.removeprefix("PENSTOCK_").lower() in self.settings_cls.model_fields:
            return None, field_name, False
        try:
            # Editors and `echo` end a file with a line break, which is no part of a secret.
            return Path(path).read_text(encoding="utf-8").rstrip("\r\n"), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableSecret(f"{variable} names {path}, which cannot be read: {type(error).__name__}") from error

    @override
    def __call__(self) -> dict[str, Any]:
        return _decoded(self)


class SecretsOfVault(PydanticBaseSettingsSource):
    """`PENSTOCK_VAULT_URL` names a Vault whose secret holds settings by their names in lower case, as `secret_key`.

    It is asked once a process. Where Vault is and who asks says the environment alone: that much has to be known before.
    """

    _read: ClassVar[dict[tuple[tuple[str, str], ...], dict[str, str]]] = {}

    @override
    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[str | None, str, bool]:
        return self._secrets().get(field_name), field_name, False

    @override
    def __call__(self) -> dict[str, Any]:
        return _decoded(self)

    def _secrets(self) -> dict[str, str]:
        known = {name: _plain(self.current_state.get(name)) for name in sorted(VAULT_SETTINGS)}
        given = {name.removeprefix("vault_"): value for name, value in known.items() if value}
        if "url" not in given:
            return {}
        place = tuple(given.items())
        if place not in self._read:
            # The small commands need no HTTP client.
            from services.vault import Vault, read_secrets  # noqa: PLC0415

            vault = Vault(
                given["url"],
                given.get("path", "secret/penstock"),
                token=given.get("token", ""),
                role=given.get("role", ""),
                namespace=given.get("namespace", ""),
                ca_file=Path(given["ca_file"]) if "ca_file" in given else None,
            )
            self._read[place] = read_secrets(vault)
        return {name: value for name, value in self._read[place].items() if name not in VAULT_SETTINGS}


def _decoded(source: PydanticBaseSettingsSource) -> dict[str, Any]:
    """What a source of texts holds; lists and mappings are JSON there, as in the environment."""
    found = {}
    for name, field in source.settings_cls.model_fields.items():
        text, _, is_complex = source.get_field_value(field, name)
        if text is not None:
            found[name] = source.prepare_field_value(name, field, text, is_complex)
    return found


VAULT_SETTINGS = frozenset(f"vault_{name}" for name in ("url", "path", "token", "role", "namespace", "ca_file"))


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value or "")
