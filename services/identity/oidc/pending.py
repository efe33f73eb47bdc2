"""Sign-ins that have left for the provider and have not come back yet.

The browser keeps one secret in a cookie, and the address carries another, the state. Both must come back together, once, within
ten minutes. The nonce and the PKCE verifier are made from the browser's secret, so our table holds nothing worth stealing.
"""

import base64
import hashlib
import secrets

from sqlalchemy import Engine, delete, select

from services.identity.account import Leaving
from services.identity.secrets_kept import is_plausible, kept
from services.identity.tables import pending_sign_in

LIFETIME_MS = 10 * 60 * 1000
# Old ones are forgotten as new ones come; this many at most wait, so that nobody fills the table.
MAX_PENDING = 20_000


def nonce_of(secret: str) -> str:
    return kept(f"nonce:{secret}")


def verifier_of(secret: str) -> str:
    return kept(f"verifier:{secret}")


def challenge_of(secret: str) -> str:
    """The S256 challenge of the verifier."""
    digest = hashlib.sha256(verifier_of(secret).encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def leave(engine: Engine, goal: str, now_ms: int) -> Leaving:
    """Remember that a browser leaves, and where it wants to be afterwards."""
    leaving = Leaving(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
    columns = pending_sign_in.c
    with engine.begin() as connection:
        connection.execute(delete(pending_sign_in).where(columns.expires_at <= now_ms))
        beyond = select(columns.state_hash).order_by(columns.expires_at.desc()).offset(MAX_PENDING).limit(1000)
        connection.execute(delete(pending_sign_in).where(columns.state_hash.in_(beyond)))
        connection.execute(
            pending_sign_in.insert().values(
                state_hash=kept(leaving.state),
                browser_hash=kept(leaving.secret),
                goal=goal[:2000],
                expires_at=now_ms + LIFETIME_MS,
            )
        )
    return leaving


def come_back(engine: Engine, state: str, secret: str, now_ms: int) -> str | None:
    """The goal of a browser that left, once; None when it did not leave from here, is another, or comes too late."""
    if not is_plausible(state) or not is_plausible(secret):
        return None
    columns = pending_sign_in.c
    mine = (columns.state_hash == kept(state)) & (columns.browser_hash == kept(secret)) & (columns.expires_at > now_ms)
    with engine.begin() as connection:
        goal: str | None = connection.execute(select(columns.goal).where(mine)).scalar_one_or_none()
        taken = connection.execute(delete(pending_sign_in).where(mine)).rowcount
    return goal if taken else None
