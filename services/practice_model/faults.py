"""The ways a language model fails, asked for by header or struck at random by rate."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

HEADER = "x-practice-fault"
FAULTS = (
    "timeout",
    "rate_limit",
    "server_error",
    "bad_json",
    "unknown_label",
    "confidence",
    "injected_command",
    "false_citation",
    "cut_stream",
)


class InvalidFaults(ValueError):
    """A fault that does not exist, or a rate that is none."""


@dataclass
class FaultPlan:
    """Rates are shares of all requests, 0 to 1; the same seed strikes the same requests."""

    rates: Mapping[str, float] = field(default_factory=dict)
    seed: int = 1
    # How long a request that times out is held.
    timeout_seconds: float = 60.0
    retry_after_seconds: float = 1.0

    def __post_init__(self) -> None:
        unknown = set(self.rates) - set(FAULTS)
        if unknown or any(not 0 <= rate <= 1 for rate in self.rates.values()) or sum(self.rates.values()) > 1:
            raise InvalidFaults(f"faults are {', '.join(FAULTS)}, each with a rate from 0 to 1, together at most 1")
        self._dice = random.Random(self.seed)  # noqa: S311 -- no secret depends on it

    @classmethod
    def read(cls, text: str, **others: float) -> "FaultPlan":
        """From a text such as `timeout=0.01,bad_json=0.02`; `all=0.01` is every fault at that rate."""
        rates: dict[str, float] = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            name, _, rate = part.partition("=")
            try:
                share = float(rate)
            except ValueError as error:
                raise InvalidFaults(f"{part!r} is no fault with a rate, such as timeout=0.01") from error
            rates |= dict.fromkeys(FAULTS, share) if name == "all" else {name: share}
        return cls(rates, **others)  # type: ignore[arg-type]  # durations

    def strike(self, asked_for: str | None) -> str:
        """The fault of this request; empty for none."""
        if asked_for in FAULTS:
            return asked_for
        place = self._dice.random()
        for name, rate in self.rates.items():
            place -= rate
            if place < 0:
                return name
        return ""
