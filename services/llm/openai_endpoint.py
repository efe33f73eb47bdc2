"""A model behind any endpoint that speaks OpenAI's protocol, hosted or on the own machine."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import openai
from openai import AsyncOpenAI, AsyncStream
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from services.llm.endpoint import ModelReply, ModelRequest
from services.llm.failures import ModelAway, ModelBroken, ModelBusy, ModelFailure, ModelRejects, ModelTimedOut

LONGEST_ANSWER = 100_000
# How an endpoint is told the shape of its answer: older local servers know JSON only, or nothing.
type Structure = Literal["json_schema", "json_object", "none"]


@dataclass(frozen=True)
class OpenAiEndpoint:
    """`ModelEndpoint` by the `openai` client. Retries are the chain's matter, so the client makes none."""

    name: str
    base_url: str
    model: str
    api_key: str = ""
    structure: Structure = "json_schema"
    input_price: float = 0.0
    output_price: float = 0.0
    # Read answers as they come: a stalled one is noticed at its next piece, not at the end.
    streams: bool = False
    _clients: list[AsyncOpenAI] = field(default_factory=list, repr=False)

    async def complete(self, request: ModelRequest) -> ModelReply:
        if self.streams:
            text = "".join([piece async for piece in self.stream(request)])
            return self._reply(text, self.model, None, request)
        try:
            # Not `chat.completions.create`: what it checks of our own arguments takes longer than the whole call.
            answer = await self._client.post(
                "/chat/completions",
                cast_to=ChatCompletion,
                body=self._arguments(request),
                options={"timeout": request.timeout_seconds},
            )
        except (openai.OpenAIError, ValueError) as error:
            raise self._failure(error) from error
        choice = answer.choices[0] if getattr(answer, "choices", None) else None
        if choice is None or not choice.message or not choice.message.content:
            raise ModelBroken(f"{self.name} answers without content")
        if choice.finish_reason != "stop":
            raise ModelBroken(f"{self.name} stops its answer because of {str(choice.finish_reason)[:40]}")
        return self._reply(choice.message.content, answer.model, answer.usage, request)

    async def stream(self, request: ModelRequest) -> AsyncIterator[str]:
        length, is_whole = 0, False
        try:
            stream = await self._client.post(
                "/chat/completions",
                cast_to=ChatCompletion,
                body=self._arguments(request) | {"stream": True},
                options={"timeout": request.timeout_seconds},
                stream=True,
                stream_cls=AsyncStream[ChatCompletionChunk],
            )
            async for chunk in stream:
                for choice in chunk.choices:
                    is_whole = is_whole or choice.finish_reason == "stop"
                    piece = choice.delta.content or ""
                    length += len(piece)
                    if length > LONGEST_ANSWER:
                        raise ModelBroken(f"{self.name} streams more than {LONGEST_ANSWER} characters")
                    if piece:
                        yield piece
        except (openai.OpenAIError, ValueError) as error:
            raise self._failure(error) from error
        if not is_whole:
            raise ModelBroken(f"{self.name} ends its stream before its answer")

    async def embeddings(self, texts: list[str], *, timeout_seconds: float = 30.0) -> list[list[float]]:
        """One vector a text. Raises `ModelFailure`."""
        try:
            answer = await self._client.embeddings.create(model=self.model, input=texts, timeout=timeout_seconds)
        except (openai.OpenAIError, ValueError) as error:
            raise self._failure(error) from error
        return [one.embedding for one in answer.data]

    @property
    def _client(self) -> AsyncOpenAI:
        # Made at the first call: it belongs to the running event loop.
        if not self._clients:
            self._clients.append(AsyncOpenAI(base_url=self.base_url, api_key=self.api_key or "none", max_retries=0))
        return self._clients[0]

    async def close(self) -> None:
        while self._clients:
            await self._clients.pop().close()

    def _arguments(self, request: ModelRequest) -> dict[str, Any]:
        arguments: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": message.role, "content": message.content} for message in request.messages],
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
        }
        if self.structure == "json_schema":
            schema = {"name": request.name, "schema": dict(request.schema), "strict": True}
            arguments["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif self.structure == "json_object":
            arguments["response_format"] = {"type": "json_object"}
        return arguments

    def _reply(self, text: str, model: object, usage: Any, request: ModelRequest) -> ModelReply:  # noqa: ANN401 -- from outside
        if not text.strip():
            raise ModelBroken(f"{self.name} answers without content")
        if len(text) > LONGEST_ANSWER:
            raise ModelBroken(f"{self.name} answers more than {LONGEST_ANSWER} characters")
        sent = _tokens(usage, "prompt_tokens", (message.content for message in request.messages))
        received = _tokens(usage, "completion_tokens", [text])
        return ModelReply(text, str(model or self.model)[:200], sent, received)

    def _failure(self, error: Exception) -> ModelFailure:
        match error:
            case openai.APITimeoutError():
                return ModelTimedOut(f"{self.name} does not answer in time")
            case openai.RateLimitError():
                return ModelBusy(f"{self.name} asks for patience", _retry_after(error))
            case openai.APIStatusError() if error.status_code >= 500:
                return ModelAway(f"{self.name} answers {error.status_code}")
            case openai.APIStatusError():
                return ModelRejects(f"{self.name} refuses the question with {error.status_code}")
            case openai.APIConnectionError():
                return ModelAway(f"{self.name} cannot be reached")
            case _:
                return ModelBroken(f"{self.name} answers outside the protocol ({type(error).__name__})")


def estimated_tokens(text: str) -> int:
    """About as many as a tokenizer makes of English; Russian takes more."""
    return len(text.encode()) // 4 + 1


def _tokens(usage: Any, name: str, texts: Iterable[str]) -> int:  # noqa: ANN401 -- from outside
    counted = getattr(usage, name, None)
    # What an endpoint does not count, or counts as nothing, is estimated: a budget must not leak.
    return counted if isinstance(counted, int) and counted > 0 else sum(estimated_tokens(text) for text in texts)


def _retry_after(error: openai.APIStatusError) -> float | None:
    try:
        seconds = float(error.response.headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds < 86_400 else None
