"""Where each person can be reached, and the proof that it is theirs: a code sent there, or brought from there."""

import hashlib
import hmac
import re
import secrets
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Engine, Row, delete, insert, select, update

from services.notifications.channels import Destination, Undeliverable
from services.notifications.events import ChannelName
from services.notifications.moments import from_ms, maybe_from_ms, system_clock, to_ms
from services.notifications.tables import address, link_code
from services.notifications.wishes import DEFAULT_TENANT

CODE_LIVES = timedelta(minutes=15)
CODE_TRIES = 5
MOST_ADDRESSES = 10
# One mailbox in plain ASCII; a mail server decides the rest.
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")


class InvalidAddress(ValueError):
    """It is no address of this kind, or one too many; the text says what to do."""


class AddressNotFound(LookupError):
    def __init__(self, address_id: str) -> None:
        super().__init__(f"there is no address {address_id[:80]!r} of yours, or it has been removed")


class WrongCode(ValueError):
    """The code is wrong or has run out."""


@dataclass(frozen=True, slots=True)
class Address:
    """`hint` may be shown to its owner; what is behind it may not be read back where it is a secret."""

    address_id: str
    account_id: str
    channel: ChannelName
    hint: str
    label: str
    events: tuple[str, ...]
    created_at: datetime
    verified_at: datetime | None
    broken: str

    @property
    def is_ready(self) -> bool:
        return self.verified_at is not None and not self.broken


class AddressBook(Protocol):
    """What a sender asks of the addresses."""

    def destination(self, address_id: str, *, unproven: bool = False) -> Destination:
        """Where to send to. Raises `Undeliverable` when the address is gone, broken or not proven (unless that is allowed)."""
        ...


@dataclass(frozen=True, slots=True)
class SqlAddressBook:
    """The addresses of one tenant. Each method is one transaction, unless it takes the caller's."""

    engine: Engine
    clock: Callable[[], datetime] = system_clock
    tenant_id: str = DEFAULT_TENANT
    make_code: Callable[[], str] = field(default=lambda: f"{secrets.randbelow(1_000_000):06d}")

    def of_account(self, account_id: str) -> Sequence[Address]:
        found = select(address).where(self._of(account_id)).order_by(address.c.created_at, address.c.address_id)
        with self.engine.connect() as connection:
            return [_address(row) for row in connection.execute(found)]

    def destination(self, address_id: str, *, unproven: bool = False) -> Destination:
        with self.engine.connect() as connection:
            row = connection.execute(select(address).where(self._mine(), address.c.address_id == address_id)).first()
        if row is None:
            raise Undeliverable("the address was removed")
        if row.broken:
            raise Undeliverable(row.broken)
        if row.verified_at is None and not unproven:
            raise Undeliverable("the address was never confirmed")
        return Destination(row.address, row.secret)

    def add(
        self,
        connection: Connection,
        account_id: str,
        channel: ChannelName,
        where: str,
        *,
        secret: str = "",
        label: str = "",
        events: Collection[str] = (),
        is_proven: bool,
    ) -> str:
        """Keep an address; the same one again is renewed, and whole again if it was broken.

        Raises:
            InvalidAddress: the account has too many.
        """
        now = to_ms(self.clock())
        hashed = hashlib.sha256(where.encode()).hexdigest()
        same = (self._of(account_id), address.c.channel == channel.value, address.c.address_hash == hashed)
        values: Mapping[str, Any] = {"secret": secret, "label": label[:200], "events": " ".join(sorted(events)), "broken": ""}
        known = connection.execute(select(address.c.address_id).where(*same)).scalar_one_or_none()
        if known is not None:
            proof = {"verified_at": now} if is_proven else {}
            connection.execute(update(address).where(*same).values(**values, **proof))
            return str(known)
        if len(connection.execute(select(address.c.address_id).where(self._of(account_id))).all()) >= MOST_ADDRESSES:
            raise InvalidAddress(f"at most {MOST_ADDRESSES} addresses: remove one first")
        row = {
            "address_id": uuid.uuid4().hex,
            "tenant_id": self.tenant_id,
            "account_id": account_id,
            "channel": channel.value,
            "address": where,
            "address_hash": hashed,
            "created_at": now,
            "verified_at": now if is_proven else None,
            **values,
        }
        connection.execute(insert(address), row)
        return str(row["address_id"])

    def remove(self, account_id: str, address_id: str) -> None:
        """Raises `AddressNotFound`."""
        with self.engine.begin() as connection:
            gone = connection.execute(delete(address).where(self._of(account_id), address.c.address_id == address_id))
            if gone.rowcount != 1:
                raise AddressNotFound(address_id)

    def require(self, account_id: str, address_id: str) -> Address:
        """One's own address. Raises `AddressNotFound`."""
        with self.engine.connect() as connection:
            row = connection.execute(select(address).where(self._of(account_id), address.c.address_id == address_id)).first()
        if row is None:
            raise AddressNotFound(address_id)
        return _address(row)

    def new_code(self, connection: Connection, account_id: str, address_id: str = "", code: str = "") -> str:
        """A code for an account that ends its earlier ones of the same purpose."""
        made = code or self.make_code()
        connection.execute(delete(link_code).where(link_code.c.account_id == account_id, link_code.c.address_id == address_id))
        row = {
            "code_hash": self._hash(made, address_id),
            "tenant_id": self.tenant_id,
            "account_id": account_id,
            "address_id": address_id,
            "failures": 0,
            "expires_at": to_ms(self.clock() + CODE_LIVES),
        }
        connection.execute(insert(link_code), row)
        return made

    def confirm(self, account_id: str, address_id: str, code: str) -> None:
        """Prove an address by the code that was sent there; after five wrong ones it is worth nothing.

        Raises:
            WrongCode: it is wrong, used up or too old.
        """
        now = to_ms(self.clock())
        waiting = (
            link_code.c.account_id == account_id,
            link_code.c.address_id == address_id,
            link_code.c.tenant_id == self.tenant_id,
        )
        with self.engine.begin() as connection:
            row = connection.execute(select(link_code).where(*waiting)).first()
            alive = row is not None and row.expires_at > now and row.failures < CODE_TRIES
            right = row is not None and hmac.compare_digest(row.code_hash, self._hash(code.strip(), address_id))
            if alive and right:
                connection.execute(delete(link_code).where(*waiting))
                mine = (self._of(account_id), address.c.address_id == address_id)
                connection.execute(update(address).where(*mine).values(verified_at=now))
                return
            connection.execute(update(link_code).where(*waiting).values(failures=link_code.c.failures + 1))
        raise WrongCode("the code is wrong or has run out")

    def redeem(self, connection: Connection, code: str) -> str | None:
        """The account that a code brought from elsewhere belongs to; it works once."""
        hashed = self._hash(code, "")
        taken = delete(link_code).where(
            link_code.c.tenant_id == self.tenant_id,
            link_code.c.code_hash == hashed,
            link_code.c.expires_at > to_ms(self.clock()),
        )
        return connection.execute(taken.returning(link_code.c.account_id)).scalar_one_or_none()

    def _hash(self, code: str, address_id: str) -> str:
        return hashlib.sha256(f"{self.tenant_id}:{address_id}:{code}".encode()).hexdigest()

    def _mine(self) -> ColumnElement[bool]:
        return address.c.tenant_id == self.tenant_id

    def _of(self, account_id: str) -> ColumnElement[bool]:
        return self._mine() & (address.c.account_id == account_id)


def checked_email(written: str) -> str:
    """Raises `InvalidAddress`."""
    trimmed = written.strip()
    if len(trimmed) > 254 or ".." in trimmed or not EMAIL.fullmatch(trimmed):
        raise InvalidAddress("write one e-mail address, like name@example.com")
    return trimmed


def _address(row: Row[Any]) -> Address:
    channel = ChannelName(row.channel)
    return Address(
        row.address_id,
        row.account_id,
        channel,
        row.address if channel in {ChannelName.EMAIL, ChannelName.WEBHOOK} else "",
        row.label,
        tuple(row.events.split()),
        from_ms(row.created_at),
        maybe_from_ms(row.verified_at),
        row.broken,
    )
