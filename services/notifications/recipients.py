"""Whom to tell, and the port behind which accounts stand."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class RecipientKind(StrEnum):
    PERSON = "person"
    GROUP = "group"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person by username, everybody of a group, or everybody with a role."""

    kind: RecipientKind
    name: str


def person(username: str) -> Recipient:
    return Recipient(RecipientKind.PERSON, username)


def group(name: str) -> Recipient:
    return Recipient(RecipientKind.GROUP, name)


def role(name: str) -> Recipient:
    return Recipient(RecipientKind.ROLE, name)


@dataclass(frozen=True, slots=True)
class Person:
    """An account as notifications need it. `email` is one that the directory vouches for; empty when it knows none."""

    account_id: str
    username: str
    language: str | None = None
    email: str = ""
    groups: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()

    def is_meant(self, recipient: Recipient) -> bool:
        match recipient.kind:
            case RecipientKind.PERSON:
                return recipient.name.casefold() == self.username.casefold()
            case RecipientKind.GROUP:
                return recipient.name in self.groups
            case RecipientKind.ROLE:
                return recipient.name in self.roles


class Directory(Protocol):
    """The active accounts. A closed one hears nothing any more."""

    def people(self) -> Sequence[Person]: ...


@dataclass(frozen=True, slots=True)
class InMemoryDirectory:
    """A directory of the people it was made with."""

    known: tuple[Person, ...] = ()

    def people(self) -> Sequence[Person]:
        return self.known


def meant(people: Iterable[Person], recipients: Iterable[Recipient], but: Collection[str] = ()) -> list[Person]:
    """Everybody who is meant, `but` these usernames, once. A recipient who is nobody is no error: a group may be empty."""
    wanted, left_out = list(recipients), {name.casefold() for name in but}
    return [
        one
        for one in people
        if one.username.casefold() not in left_out and any(one.is_meant(recipient) for recipient in wanted)
    ]
