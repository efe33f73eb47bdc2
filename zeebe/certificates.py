"""The certificates that connections to a gateway trust, read from the disk once a process: it takes some 20 ms."""

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """What TLS connections of this process are checked against: httpx's own choice, for every client the same."""
    return httpx.create_ssl_context(trust_env=False)
