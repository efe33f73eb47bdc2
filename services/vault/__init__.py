"""Secrets kept in HashiCorp Vault or OpenBao (KV version 2), read when a process starts."""

from services.vault.kv import Vault, VaultRefused, read_secrets

__all__ = ["Vault", "VaultRefused", "read_secrets"]
