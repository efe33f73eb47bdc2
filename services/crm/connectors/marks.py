"""Notes that are left once: systems without idempotency keys keep the request's id as a last line and are asked first."""

import hashlib
import re

_MARK = re.compile(r"\n*\[ref ([0-9a-f]{16})\]\s*\Z")


def mark_of(request_id: str) -> str:
    return hashlib.sha256(request_id.encode()).hexdigest()[:16]


def marked(text: str, request_id: str) -> str:
    return f"{text.rstrip()}\n\n[ref {mark_of(request_id)}]"


def unmarked(text: str) -> str:
    return _MARK.sub("", text)


def was_marked(text: str, request_id: str) -> bool:
    found = _MARK.search(text)
    return found is not None and found.group(1) == mark_of(request_id)
