"""One secret of a KV engine of version 2, as its names and values; by a token, or by a Kubernetes pod's own account.

What comes back is text by name: which names mean something is the caller's matter. No answer of Vault's, and no secret, gets
into an error: errors end in logs.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

SECONDS = 5.0
MOST_BYTES = 1024 * 1024


class VaultRefused(Exception):
    """No secrets were read; says where it was asked, why it gave none, and what to do."""


@dataclass(frozen=True, slots=True)
class Vault:
    """`path` is mount and name, as `secret/penstock`. Without a token `role` signs in by the pod's account."""

    url: str
    path: str
    token: str = ""
    role: str = ""
    namespace: str = ""
    ca_file: Path | None = None
    account_file: Path = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")


def read_secrets(vault: Vault) -> dict[str, str]:
    """All names and values of the secret.

    Raises:
        VaultRefused: it cannot be reached, does not let us in, or has no such secret.
    """
    mount, _, name = vault.path.strip("/").partition("/")
    if not mount or not name or ".." in vault.path.split("/"):
        raise VaultRefused(f"PENSTOCK_VAULT_PATH is {vault.path!r}: name the mount and the secret, as secret/penstock")
    verify: Any = True if vault.ca_file is None else str(vault.ca_file)
    headers = {"X-Vault-Request": "true", **({"X-Vault-Namespace": vault.namespace} if vault.namespace else {})}
    try:
        with httpx.Client(
            base_url=vault.url, headers=headers, timeout=SECONDS, trust_env=False, verify=verify, follow_redirects=False
        ) as client:
            token = vault.token or _signed_in(client, vault)
            answer = _asked(client, "GET", f"/v1/{mount}/data/{name}", headers={"X-Vault-Token": token})
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise VaultRefused(f"Vault at {vault.url} cannot be reached: {type(error).__name__}") from None
    found = _at(answer, "data", "data")
    if not isinstance(found, dict):
        raise VaultRefused(f"Vault at {vault.url} has no secret {vault.path}: is {mount} a KV engine of version 2?")
    wrong = sorted(name for name, value in found.items() if not isinstance(value, str | int | float | bool))
    if wrong:
        raise VaultRefused(f"{vault.path} in Vault: {', '.join(wrong[:5])} must be a text, or a text of JSON")
    return {name: str(value) for name, value in found.items()}


def _signed_in(client: httpx.Client, vault: Vault) -> str:
    if not vault.role:
        raise VaultRefused("Vault asks who we are: set PENSTOCK_VAULT_TOKEN, its _FILE, or PENSTOCK_VAULT_ROLE")
    account = vault.account_file.read_text(encoding="ascii").strip()
    answer = _asked(client, "POST", "/v1/auth/kubernetes/login", json={"role": vault.role, "jwt": account})
    token = _at(answer, "auth", "client_token")
    if not isinstance(token, str) or not token:
        raise VaultRefused(f"Vault at {vault.url} gave no token to the role {vault.role}")
    return token


def _asked(client: httpx.Client, method: str, address: str, **options: Any) -> object:  # noqa: ANN401 -- httpx's own options
    response = client.request(method, address, **options)
    if response.status_code == 403:
        raise VaultRefused(f"Vault at {client.base_url} refuses {address}: the token is not valid or its policy lacks read")
    if response.status_code == 404:
        raise VaultRefused(f"Vault at {client.base_url} has nothing at {address}")
    if response.status_code == 503:
        raise VaultRefused(f"Vault at {client.base_url} is sealed or in maintenance: unseal it")
    if not response.is_success or len(response.content) > MOST_BYTES:
        raise VaultRefused(f"Vault at {client.base_url} answers {response.status_code} to {address}")
    try:
        return response.json()
    except ValueError:
        raise VaultRefused(f"Vault at {client.base_url} does not answer in JSON: is it Vault?") from None


def _at(content: object, *names: str) -> object:
    for name in names:
        content = content.get(name) if isinstance(content, dict) else None
    return content
