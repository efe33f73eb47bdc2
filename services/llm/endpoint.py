"""The port of one model behind one endpoint."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Message:
    role: str
    content: str


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """`schema` is the JSON Schema of the answer, `name` what it is called."""

    messages: tuple[Message, ...]
    name: str
    schema: Mapping[str, Any]
    max_tokens: int
    temperature: float
    timeout_seconds: float


@dataclass(frozen=True, slots=True)
class ModelReply:
    text: str
    model: str
    prompt_tokens: int
    completion_tokens: int


class ModelEndpoint(Protocol):
    """Prices are per million tokens, in the currency of the installation."""

    @property
    def name(self) -> str: ...

    @property
    def model(self) -> str: ...

    @property
    def input_price(self) -> float: ...

    @property
    def output_price(self) -> float: ...

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Raises `ModelFailure`."""
        ...

    def stream(self, request: ModelRequest) -> AsyncIterator[str]:
        """The answer in pieces, as they come. Raises `ModelFailure`, also where the stream ends before the answer does."""
        ...
