"""The gateway to language models: hosted, local, classifier, rules, person, in the order that the model policy names.

Whatever goes wrong on one step, the next is tried; when none is left, a person decides. Personal data is masked before a text
leaves and put back into the answer.
"""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Protocol

import structlog
from pydantic import BaseModel

from services.llm.answers import as_answer, read_answer
from services.llm.ask import Answered, Ask, NobodyAnswered, Refused
from services.llm.budget import Budget
from services.llm.calls import Call, CallLog, Outcome, month_of
from services.llm.endpoint import Message, ModelReply, ModelRequest
from services.llm.failures import ModelFailure
from services.llm.policy import MODELS, ModelPolicy, PolicyUnavailable, Route, Routes
from services.llm.prompts import InvalidPrompt, Prompt, Prompts
from services.llm.retrying import PatientEndpoint

log = structlog.get_logger(__name__)

LONGEST_PROBLEM = 500
PARTS = "\x1e"

# Answers without a model: the value and what to call its maker, or None where it cannot say.
type Fallback = Callable[[Ask[Any]], Awaitable[tuple[BaseModel, str] | None]]
# A text without personal data, and what each placeholder stands for; and back.
type Mask = Callable[[str], tuple[str, Mapping[str, str]]]
type Unmask = Callable[[str, Mapping[str, str]], str]


@lru_cache(maxsize=64)
def _schema(answer: type[BaseModel]) -> Mapping[str, Any]:
    return answer.model_json_schema()


class LlmGateway(Protocol):
    async def ask[Answer: BaseModel](self, ask: Ask[Answer]) -> Answered[Answer]:
        """Raises `NobodyAnswered`: a person decides."""
        ...


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ChainedLlmGateway:
    """`LlmGateway` over endpoints by route and fallbacks by route and task."""

    policy: ModelPolicy
    prompts: Prompts
    calls: CallLog
    endpoints: Mapping[Route, PatientEndpoint]
    mask: Mask
    unmask: Unmask
    budget: Budget = field(default_factory=Budget)
    fallbacks: Mapping[tuple[Route, str], Fallback] = field(default_factory=dict)
    clock: Callable[[], datetime] = _now

    async def ask[Answer: BaseModel](self, ask: Ask[Answer]) -> Answered[Answer]:
        routes = await self._routes(ask)
        reasons: list[str] = []
        for step in routes.steps:
            if step is Route.PERSON:
                break
            try:
                if step in MODELS:
                    return await self._ask_model(ask, step, routes)
                return await self._ask_fallback(ask, step, routes)
            except (ModelFailure, Refused, InvalidPrompt) as error:
                reasons.append(f"{step}: {error}")
        raise NobodyAnswered(ask.task, tuple(reasons), tuple(routes.steps))

    async def _routes(self, ask: Ask[Any]) -> Routes:
        used = 0
        if self.budget.has_limit(ask.tenant):
            used = await asyncio.to_thread(self.calls.used, ask.tenant, month_of(self.clock()))
        left = self.budget.state(ask.tenant, used).left
        try:
            return await self.policy.routes(task=ask.task, sensitivity=ask.sensitivity, tenant=ask.tenant, budget_left=left)
        except PolicyUnavailable as error:
            raise NobodyAnswered(ask.task, (str(error),)) from error

    async def _ask_fallback[Answer: BaseModel](self, ask: Ask[Answer], step: Route, routes: Routes) -> Answered[Answer]:
        fallback = self.fallbacks.get((step, ask.task))
        found = await fallback(ask) if fallback is not None else None
        if found is None:
            raise Refused("has no answer to this task")
        value = as_answer(found[0].model_dump(), ask.answer)
        ask.check(value)
        return Answered(value, step, found[1], "", 0, routes.decision_id, "")

    async def _ask_model[Answer: BaseModel](self, ask: Ask[Answer], step: Route, routes: Routes) -> Answered[Answer]:
        endpoint = self.endpoints.get(step)
        if endpoint is None:
            raise Refused("no endpoint is configured")
        prompt = self.prompts.choose(ask.task, ask.subject)
        attempt = _Attempt(self, ask, step, routes.decision_id, endpoint, prompt)
        value, model = await attempt.run()
        return Answered(value, step, model, prompt.task, prompt.version, routes.decision_id, attempt.call_id)


@dataclass
class _Attempt[Answer: BaseModel]:
    """One question to one endpoint: asked, perhaps repaired once, logged however it ends."""

    gateway: ChainedLlmGateway
    ask: Ask[Answer]
    step: Route
    decision_id: str
    endpoint: PatientEndpoint
    prompt: Prompt
    call_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    replies: list[ModelReply] = field(default_factory=list)
    tries: int = 0
    originals: Mapping[str, str] = field(default_factory=dict)

    async def run(self) -> tuple[Answer, str]:
        """The believed answer and the model's name. Raises `ModelFailure`, `Refused`, `InvalidPrompt`."""
        started = time.perf_counter()
        outcome, problem, confidence = Outcome.ANSWERED, "", None
        try:
            value, problem = await self._answer(self._request())
            outcome = Outcome.REPAIRED if problem else outcome
            confidence = getattr(value, "confidence", None)
        except ModelFailure as failure:
            outcome, problem = Outcome(failure.outcome), str(failure)
            raise
        except Refused as refused:
            outcome, problem = Outcome.REFUSED, str(refused)
            raise
        finally:
            call = self._call(outcome, problem, confidence, time.perf_counter() - started)
            await asyncio.to_thread(self._record, call)
        return value, self.replies[-1].model

    def _request(self) -> ModelRequest:
        ask = self.ask
        joined, self.originals = self.gateway.mask(PARTS.join(text.replace(PARTS, " ") for text in ask.data.values()))
        data = dict(zip(ask.data, joined.split(PARTS), strict=True)) | dict(ask.material)
        return ModelRequest(
            messages=self.prompt.messages(data, ask.parameters),
            name=ask.task,
            schema=_schema(ask.answer),
            max_tokens=self.prompt.max_tokens,
            temperature=self.prompt.temperature,
            timeout_seconds=self.prompt.timeout_seconds,
        )

    async def _answer(self, request: ModelRequest) -> tuple[Answer, str]:
        """The answer, and what was wrong with its first form."""
        try:
            return await self._once(request), ""
        except Refused as refused:
            again = (
                Message("assistant", self.replies[-1].text[:4_000]),
                Message("user", f"This answer is refused: {refused}. Answer again, mended, as one JSON object."),
            )
            first_problem = str(refused)
        return await self._once(replace(request, messages=(*request.messages, *again))), first_problem

    async def _once(self, request: ModelRequest) -> Answer:
        reply, tries = await self.endpoint.complete(request)
        self.tries += tries
        self.replies.append(reply)
        answer = read_answer(reply.text, self.ask.answer)
        restored = as_answer(self._restored(answer.model_dump()), self.ask.answer)
        self.ask.check(restored)
        return restored

    def _restored(self, value: object) -> object:
        """The answer with personal data in the places of its placeholders."""
        match value:
            case str():
                return self.gateway.unmask(value, self.originals)
            case dict():
                return {name: self._restored(each) for name, each in value.items()}
            case list() | tuple():
                return [self._restored(each) for each in value]
            case _:
                return value

    def _call(self, outcome: Outcome, problem: str, confidence: float | None, seconds: float) -> Call:
        endpoint = self.endpoint.endpoint
        sent, received = (
            sum(getattr(reply, name) for reply in self.replies) for name in ("prompt_tokens", "completion_tokens")
        )
        return Call(
            call_id=self.call_id,
            tenant=self.ask.tenant,
            task=self.ask.task,
            subject=self.ask.subject[:64],
            route=self.step,
            endpoint=endpoint.name,
            model=self.replies[-1].model if self.replies else endpoint.model,
            prompt=self.prompt.task,
            prompt_version=self.prompt.version,
            prompt_sha256=self.prompt.sha256,
            decision_id=self.decision_id,
            outcome=outcome,
            problem=problem[:LONGEST_PROBLEM],
            prompt_tokens=sent,
            completion_tokens=received,
            # A price is per million tokens and a cost in millionths: the two cancel.
            cost=round(sent * endpoint.input_price + received * endpoint.output_price),
            latency_ms=round(seconds * 1000),
            tries=max(self.tries, 1),
            confidence=confidence,
            created_at=self.gateway.clock(),
        )

    def _record(self, call: Call) -> None:
        used = self.gateway.calls.record(call)
        for share in self.gateway.budget.crossed(call.tenant, used - call.tokens, used):
            log.warning("llm_budget_reached", tenant=call.tenant, share=share, tokens=used)
        log.info("llm_called", call_id=call.call_id, task=call.task, outcome=call.outcome, latency_ms=call.latency_ms)
