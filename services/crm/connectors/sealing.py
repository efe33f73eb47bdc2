"""Secrets at rest: sealed under a key derived from the installation's, readable under older ones until they are sealed anew."""

import base64
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.crm.connectors.ports import Credentials

# A purpose of its own: who learns this key cannot sign sessions with it.
PURPOSE = b"penstock crm credentials 1"


class SealBroken(Exception):
    """Credentials were sealed under a key that this installation does not have."""

    def __init__(self) -> None:
        super().__init__(
            "credentials cannot be read: PENSTOCK_SECRET_KEY has changed; put the earlier key into "
            "PENSTOCK_EARLIER_SECRET_KEYS, or connect the system again"
        )


@dataclass(frozen=True, slots=True)
class Seal:
    """Seals with the first key, opens with any."""

    box: MultiFernet

    @classmethod
    def of(cls, keys: Sequence[str]) -> "Seal":
        return cls(MultiFernet([Fernet(_derived(key)) for key in keys]))

    def seal(self, credentials: Credentials) -> str:
        return self.box.encrypt(msgspec.json.encode(asdict(credentials))).decode("ascii")

    def open(self, sealed: str) -> Credentials:
        """Raises `SealBroken`."""
        try:
            return msgspec.json.decode(self.box.decrypt(sealed.encode("ascii")), type=Credentials)
        except (InvalidToken, msgspec.MsgspecError, UnicodeError) as error:
            raise SealBroken from error


def _derived(key: str) -> bytes:
    return base64.urlsafe_b64encode(HKDF(SHA256(), 32, None, PURPOSE).derive(key.encode()))
