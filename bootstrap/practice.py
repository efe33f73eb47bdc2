"""The practice model's endpoint: reached where a running one says it is."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from services.llm import ModelAway, ModelReply, ModelRequest
from services.llm.openai_endpoint import OpenAiEndpoint


@dataclass
class LateEndpoint:
    """`ModelEndpoint` whose address is read when it is needed, and read again when it changes."""

    name: str
    model: str
    address_file: Path
    streams: bool = False
    input_price: float = 0.0
    output_price: float = 0.0
    _known: dict[str, OpenAiEndpoint] = field(default_factory=dict)

    async def complete(self, request: ModelRequest) -> ModelReply:
        return await self._endpoint().complete(request)

    def stream(self, request: ModelRequest) -> AsyncIterator[str]:
        return self._endpoint().stream(request)

    def _endpoint(self) -> OpenAiEndpoint:
        try:
            address = self.address_file.read_text(encoding="ascii").strip()
        except OSError as error:
            raise ModelAway("the practice model does not run: start it with `penstock model-server`") from error
        if address not in self._known:
            self._known[address] = OpenAiEndpoint(self.name, address, self.model, streams=self.streams)
        return self._known[address]
