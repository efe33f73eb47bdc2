"""What `penstock doctor` says of one part."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    OK = "ok"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one part; `facts` are for machines."""

    part: str
    verdict: Verdict
    text: str
    facts: dict[str, Any] = field(default_factory=dict)
