"""Vectors from an endpoint that speaks OpenAI's protocol. A search waits for them shortly, and goes on without."""

from collections.abc import Sequence
from dataclasses import dataclass

from openai import OpenAI, OpenAIError

from services.knowledge.search import EmbeddingUnavailable

SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class EndpointEmbedder:
    base_url: str
    model: str
    api_key: str = ""

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        try:
            with OpenAI(base_url=self.base_url, api_key=self.api_key or "none", max_retries=1, timeout=SECONDS) as client:
                answer = client.embeddings.create(model=self.model, input=list(texts), encoding_format="float")
        except (OpenAIError, ValueError) as error:
            raise EmbeddingUnavailable(f"the endpoint gives no vectors ({type(error).__name__})") from error
        if len(answer.data) != len(texts):
            raise EmbeddingUnavailable("the endpoint gives another number of vectors than it was asked for")
        return [one.embedding for one in answer.data]
