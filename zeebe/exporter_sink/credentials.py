"""Who may send records: HTTP Basic, which is what the exporter speaks."""

import base64
import binascii
import hmac
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Credentials:
    username: str
    password: str = field(repr=False)

    def admit(self, header: str) -> bool:
        """Whether an Authorization header holds them; takes as long for a wrong as for a right one."""
        scheme, _space, encoded = header.partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            given = b""
        right = hmac.compare_digest(given, f"{self.username}:{self.password}".encode())
        return right and scheme.lower() == "basic"
