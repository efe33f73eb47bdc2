"""Webhooks that come as HTML forms: read without surprises, compared without telling by time."""

import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl

from services.crm.connectors.ports import WebhookRefused

MOST_FIELDS = 2000


def form_fields(body: bytes) -> Mapping[str, str]:
    """Raises `WebhookRefused`."""
    try:
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise WebhookRefused("the webhook is no readable form") from error


def constant_time_equal(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode("utf-8", "surrogateescape"), right.encode("utf-8", "surrogateescape"))
