"""Addresses that keep the page's present filter: the same query with some fields replaced."""

from collections.abc import Callable
from urllib.parse import urlencode

from starlette.requests import Request


def with_query(request: Request) -> Callable[..., str]:
    """A function for templates: `url(cursor="x", page=None)` is this page's address with `cursor` set and `page` taken out."""

    def url(**changes: object) -> str:
        pairs = [(name, value) for name, value in request.query_params.multi_items() if name not in changes]
        pairs += [(name, str(value)) for name, value in changes.items() if value is not None and value != ""]
        return f"{request.url.path}?{urlencode(pairs)}" if pairs else request.url.path

    return url
