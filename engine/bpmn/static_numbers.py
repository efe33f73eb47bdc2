"""Text without FEEL that reads as a number: Zeebe takes it for one, where a text is asked for as well."""

import re
from decimal import Decimal

NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,9})?")


def static_number(text: str) -> Decimal | None:
    """The number that a text is; None if it is none."""
    return Decimal(text) if NUMBER.fullmatch(text) else None
