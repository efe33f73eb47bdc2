"""The practice model's HTTP server: `/v1/models`, `/v1/chat/completions` and `/v1/embeddings`."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from services.practice_model.answering import Labeller, content_for, embedding_of
from services.practice_model.blocks import read_question
from services.practice_model.faults import HEADER, FaultPlan
from services.practice_model.labelling import label_of

MODEL_NAME = "penstock-practice-1"
LONGEST_REQUEST = 2 * 1024 * 1024
PIECE = 48


def create_practice_app(plan: FaultPlan | None = None, labeller: Labeller = label_of) -> Starlette:
    """The application; `plan` says which requests fail, and how."""
    server = _Server(plan or FaultPlan(), labeller)
    routes = [
        Route("/v1/models", server.models),
        Route("/v1/chat/completions", server.chat, methods=["POST"]),
        Route("/v1/embeddings", server.embeddings, methods=["POST"]),
        Route("/health", server.health),
    ]
    return Starlette(routes=routes)


@dataclass(frozen=True, slots=True)
class _Server:
    plan: FaultPlan
    labeller: Labeller

    async def health(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def models(self, _request: Request) -> Response:
        model = {"id": MODEL_NAME, "object": "model", "created": 0, "owned_by": "penstock"}
        return JSONResponse({"object": "list", "data": [model]})

    async def chat(self, request: Request) -> Response:
        body = await _body(request)
        messages = body.get("messages") if body else None
        if body is None or not isinstance(messages, list) or not all(isinstance(each, dict) for each in messages):
            return _error(400, "the request is no JSON object with messages")
        fault = self.plan.strike(request.headers.get(HEADER))
        if fault == "timeout":
            await asyncio.sleep(self.plan.timeout_seconds)
        if fault == "rate_limit":
            return _error(429, "too many requests", {"Retry-After": f"{self.plan.retry_after_seconds:g}"})
        if fault == "server_error":
            return _error(500, "the model fell over")
        question = read_question(messages, _schema(body))
        content = content_for(question, fault, self.labeller)
        if body.get("stream"):
            return StreamingResponse(_stream(content, is_cut=fault == "cut_stream"), media_type="text/event-stream")
        return JSONResponse(_whole(content, messages, is_cut=fault == "cut_stream"))

    async def embeddings(self, request: Request) -> Response:
        body = await _body(request)
        texts = body.get("input") if body else None
        texts = [texts] if isinstance(texts, str) else texts
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            return _error(400, "input is a text or a list of texts")
        data = [{"object": "embedding", "index": place, "embedding": embedding_of(text)} for place, text in enumerate(texts)]
        used = sum(_tokens(text) for text in texts)
        usage = {"prompt_tokens": used, "total_tokens": used}
        return JSONResponse({"object": "list", "model": MODEL_NAME, "data": data, "usage": usage})


def _schema(body: dict[str, Any]) -> dict[str, Any]:
    asked = body.get("response_format")
    described = asked.get("json_schema") if isinstance(asked, dict) else None
    schema = described.get("schema") if isinstance(described, dict) else None
    return schema if isinstance(schema, dict) else {}


def _whole(content: str, messages: list[dict[str, Any]], *, is_cut: bool) -> dict[str, Any]:
    sent = sum(_tokens(str(message.get("content", ""))) for message in messages)
    said = content[: len(content) // 2] if is_cut else content
    choice = {"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "length" if is_cut else "stop"}
    received = _tokens(said)
    usage = {"prompt_tokens": sent, "completion_tokens": received, "total_tokens": sent + received}
    return _envelope("chat.completion") | {"choices": [choice], "usage": usage}


async def _stream(content: str, *, is_cut: bool) -> AsyncIterator[str]:
    envelope = _envelope("chat.completion.chunk")
    pieces = [content[start : start + PIECE] for start in range(0, len(content), PIECE)]
    for piece in pieces[: len(pieces) // 2] if is_cut else pieces:
        choice: dict[str, Any] = {"index": 0, "delta": {"content": piece}, "finish_reason": None}
        yield f"data: {json.dumps(envelope | {'choices': [choice]}, ensure_ascii=False)}\n\n"
    if not is_cut:
        choice = {"index": 0, "delta": {}, "finish_reason": "stop"}
        yield f"data: {json.dumps(envelope | {'choices': [choice]})}\n\ndata: [DONE]\n\n"


def _envelope(kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": MODEL_NAME}


def _tokens(text: str) -> int:
    return len(text.encode()) // 4 + 1


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": {"message": message, "type": "practice", "code": None}}, status, headers=headers)


async def _body(request: Request) -> dict[str, Any] | None:
    size, parts = 0, []
    async for part in request.stream():
        size += len(part)
        if size > LONGEST_REQUEST:
            return None
        parts.append(part)
    try:
        decoded = json.loads(b"".join(parts))
    except (ValueError, RecursionError):
        return None
    return decoded if isinstance(decoded, dict) else None
