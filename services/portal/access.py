"""Signing in by a link sent to one's address: it lives shortly, opens once, and nobody learns who is a customer.

Anybody may ask for a link to an address; whether it has tickets changes nothing about the answer. What is limited is how many
links go to one address and how many come from one place, so that nobody's inbox is flooded through us.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, select, update

from services.portal.tables import links, sessions

MAXIMUM_SECRET = 128
WINDOW = timedelta(minutes=15)
LINK_LIFE = timedelta(minutes=20)
SESSION_LIFE = timedelta(days=14)


class LinkRefused(Exception):
    """A link that is unknown, used or too old: which of them is nobody's business."""


class TooManyLinks(Exception):
    """Too many links were asked for from one place."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"too many sign-in links were asked for from here; try again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class CustomerSession:
    """Who is signed in at the portal: `customer_key` owns the tickets that carry it."""

    session_id: str
    customer_key: str
    expires_at: datetime


class PortalAccess(Protocol):
    """Links and sessions of customers."""

    def ask_for_link(self, customer_key: str, address: str) -> str | None:
        """A new link's secret; None where this customer has had enough of them. Raises `TooManyLinks`."""
        ...

    def redeem(self, secret: str) -> CustomerSession:
        """Sign in by a link, once. Raises `LinkRefused`."""
        ...

    def session(self, session_id: str) -> CustomerSession | None: ...

    def sign_out(self, session_id: str) -> None: ...

    def forget_ended(self) -> int:
        """Delete links and sessions that are over; how many."""
        ...


@dataclass(frozen=True, slots=True)
class SqlPortalAccess:
    """`PortalAccess` over one tenant's rows."""

    engine: Engine
    tenant_id: str = "<default>"
    link_life: timedelta = LINK_LIFE
    session_life: timedelta = SESSION_LIFE
    links_per_customer: int = 3
    links_per_address: int = 20

    def ask_for_link(self, customer_key: str, address: str) -> str | None:
        now = _now()
        secret = secrets.token_urlsafe(32)
        with self.engine.begin() as connection:
            from_here = links.c.address == address[:64]
            if _asked(connection, from_here, now) >= self.links_per_address:
                raise TooManyLinks(int(WINDOW.total_seconds()))
            to_them = (links.c.tenant_id == self.tenant_id) & (links.c.customer_key == customer_key)
            if _asked(connection, to_them, now) >= self.links_per_customer:
                return None
            row = {
                "link_hash": _kept(secret),
                "tenant_id": self.tenant_id,
                "customer_key": customer_key[:320],
                "address": address[:64],
                "created_at": now,
                "expires_at": now + self.link_life,
            }
            connection.execute(links.insert(), row)
        return secret

    def redeem(self, secret: str) -> CustomerSession:
        now = _now()
        session_id = secrets.token_urlsafe(32)
        with self.engine.begin() as connection:
            wanted = (links.c.link_hash == _kept(secret)) & (links.c.tenant_id == self.tenant_id)
            is_valid = links.c.used_at.is_(None) & (links.c.expires_at > now)
            # Using it is what decides, so of two at the same moment one alone signs in.
            if connection.execute(update(links).where(wanted, is_valid).values(used_at=now)).rowcount != 1:
                raise LinkRefused("the link is unknown, was used, or is too old: ask for a new one")
            customer_key = connection.execute(select(links.c.customer_key).where(wanted)).scalar_one()
            row = {
                "session_hash": _kept(session_id),
                "tenant_id": self.tenant_id,
                "customer_key": customer_key,
                "created_at": now,
                "expires_at": now + self.session_life,
            }
            connection.execute(sessions.insert(), row)
        return CustomerSession(session_id, customer_key, (now + self.session_life).replace(tzinfo=UTC))

    def session(self, session_id: str) -> CustomerSession | None:
        columns = sessions.c
        wanted = (columns.session_hash == _kept(session_id)) & (columns.tenant_id == self.tenant_id)
        query = select(columns.customer_key, columns.expires_at).where(wanted, columns.expires_at > _now())
        with self.engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else CustomerSession(session_id, row.customer_key, row.expires_at.replace(tzinfo=UTC))

    def sign_out(self, session_id: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.session_hash == _kept(session_id)))

    def forget_ended(self) -> int:
        now = _now()
        with self.engine.begin() as connection:
            # Links are counted for a while after their end.
            old = connection.execute(delete(links).where(links.c.expires_at <= now - WINDOW)).rowcount
            return old + connection.execute(delete(sessions).where(sessions.c.expires_at <= now)).rowcount


def _asked(connection: Connection, by: ColumnElement[bool], now: datetime) -> int:
    query = select(func.count()).select_from(links).where(by, links.c.created_at > now - WINDOW)
    return int(connection.execute(query).scalar_one())


def _kept(secret: str) -> str:
    """256 random bits need no more than one round."""
    return hashlib.sha256(secret[:MAXIMUM_SECRET].encode("utf-8", "replace")).hexdigest()


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
