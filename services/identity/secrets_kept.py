"""Session ids and API tokens: random on the way out, hashes where they are kept.

Both carry 256 random bits, so one round of SHA-256 is enough to keep them: there is nothing to guess from.
"""

import hashlib
import secrets

TOKEN_PREFIX = "pst_"  # noqa: S105  # not a secret: it lets scanners recognise one that leaked
HINT_CHARS = 8
MAX_CHARS = 128


def new_session_id() -> str:
    return secrets.token_urlsafe(32)


def new_token() -> str:
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def kept(secret: str) -> str:
    """What our tables hold of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def is_plausible(secret: str) -> bool:
    """Whether a secret from outside is worth a look into the tables."""
    return 0 < len(secret) <= MAX_CHARS
