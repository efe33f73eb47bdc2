"""Who the desk is when it writes: its address, and signs that only it can make.

Two signs come back to us in customers' answers: the ticket's token in the subject, and our Message-IDs in References. Both
carry a part of an HMAC, so nobody can write into a ticket by counting numbers up; who holds one got a mail about it.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

TOKEN_CHARS = 10
# The ticket's id and its sign, as they stand in a subject: [T-4711.k3hd8s2mqa]
TOKEN = re.compile(r"\[([A-Za-z0-9-]{1,40})\.([a-z2-7]{10})\]")
LEADING = re.compile(r"^(?:\s*(?:re|fwd?|aw|wg|отв|ответ|пересл)\s*(?:\[\d+\])?\s*:)+\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DeskSender:
    """`secret` signs; it must stay the same as long as customers may answer."""

    address: str
    name: str
    secret: str

    @property
    def domain(self) -> str:
        return self.address.rsplit("@", 1)[-1]

    @property
    def mark(self) -> str:
        """What every mail of this desk carries, so that one that comes back is known."""
        return self._sign("mark", self.address)

    def token(self, ticket_id: str) -> str:
        return f"[{ticket_id}.{self._sign('ticket', ticket_id)}]"

    def ticket_in(self, subject: str) -> str | None:
        """The ticket whose token stands in a subject; a token that is not ours counts as none."""
        for ticket_id, sign in TOKEN.findall(subject):
            if hmac.compare_digest(self._sign("ticket", ticket_id), sign):
                return str(ticket_id)
        return None

    def message_id(self, request_id: str) -> str:
        """The same for each attempt to send the same letter: a receiver can tell a repetition."""
        local = hashlib.sha256(request_id.encode()).hexdigest()[:24]
        return f"<{local}.{self._sign('message', local)}@{self.domain}>"

    def is_ours(self, message_id: str) -> bool:
        local, dot, rest = message_id.removeprefix("<").partition(".")
        sign = rest.partition("@")[0]
        return bool(dot) and sign.isascii() and hmac.compare_digest(self._sign("message", local), sign)

    def answer_subject(self, subject: str, ticket_id: str) -> str:
        """“Re: subject [token]”, however often it went to and fro."""
        plain = LEADING.sub("", TOKEN.sub("", subject)).strip()
        return f"Re: {plain} {self.token(ticket_id)}" if plain else self.token(ticket_id)

    def _sign(self, purpose: str, what: str) -> str:
        digest = hmac.new(self.secret.encode(), f"mail:{purpose}:{what}".encode(), hashlib.sha256).digest()
        return base64.b32encode(digest).decode("ascii").lower()[:TOKEN_CHARS]


def plain_subject(subject: str) -> str:
    """A subject without tokens and without what programs put before it."""
    return LEADING.sub("", TOKEN.sub("", subject)).strip()
