"""What the answer of a foreign HTTP server means for a message."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from services.notifications.channels import AddressGone, NotSent, TryLater, Undeliverable
from services.outgoing import DestinationRefused

# It is worth trying again though the request was understood: too early, too often, in conflict, too slow.
LATER = frozenset({408, 409, 425, 429})


def refusal(response: httpx.Response, who: str, *, gone: frozenset[int] = frozenset({410})) -> NotSent:
    """Why an answer that is no success is none."""
    code = response.status_code
    reason = f"{who} answered {code}"
    if code in gone:
        return AddressGone(f"{reason}: nobody is there any more")
    if code in LATER or code >= 500:
        return TryLater(reason, retry_after(response.headers.get("retry-after", "")))
    if 300 <= code < 400:
        return Undeliverable(f"{reason}: redirects are not followed; write down where it leads")
    return Undeliverable(reason)


def failure(error: httpx.HTTPError, who: str) -> NotSent:
    """What an answer that did not come means. The error's own text may hold the address."""
    if isinstance(error, DestinationRefused):
        return Undeliverable("the address leads into a private network, which is not allowed")
    if isinstance(error, httpx.UnsupportedProtocol):
        return Undeliverable("only http and https are spoken")
    if isinstance(error, httpx.TimeoutException):
        return TryLater(f"{who} took too long")
    return TryLater(f"{who} could not be reached ({type(error).__name__})")


def retry_after(header: str) -> float | None:
    """Seconds, from seconds or a date."""
    if header.strip().isdigit():
        return float(header.strip()[:6])
    try:
        when = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, ((when if when.tzinfo else when.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds())
