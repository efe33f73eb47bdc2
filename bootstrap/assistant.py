"""The assistant: models and knowledge joined into drafts, and into a second way to classify."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Engine

from bootstrap.decisions import Decisions
from bootstrap.knowledge import KnowledgePassages, knowledge_reader, knowledge_search
from bootstrap.models import llm_gateway, model_decisions
from services.assistant import (
    Drafter,
    DraftRequest,
    NoDraft,
    Passage,
    ReplyAnswer,
    ReplyRefused,
    SqlDrafts,
    WrittenReply,
    check_reply,
)
from services.classification import Classification, ClassificationUnavailable, Evidence
from services.identity import DEFAULT_TENANT
from services.knowledge import KnowledgeReader
from services.llm import (
    Ask,
    LabelAnswer,
    LlmGateway,
    NobodyAnswered,
    PatientEndpoint,
    PolicyUnavailable,
    Refused,
    Route,
    label_answer,
)
from settings import Settings
from workers.ticket_triage.close_ticket import HearsReply
from workers.ticket_triage.learn_from_reply import LearnFromReply
from zeebe.client import ZeebeClient

# More of a ticket than this tells a model nothing new.
LONGEST_TICKET = 6_000


@dataclass(frozen=True, slots=True)
class LlmReplyWriter:
    """`ReplyWriter` by the gateway to language models."""

    gateway: LlmGateway
    decisions: Decisions

    async def write(self, request: DraftRequest, passages: Sequence[Passage]) -> WrittenReply:
        ticket = f"{request.subject}\n\n{request.text}"[:LONGEST_TICKET]
        texts = {place: passage.text for place, passage in enumerate(passages, start=1)}

        def check(answer: ReplyAnswer) -> None:
            try:
                check_reply(answer, texts, ticket)
            except ReplyRefused as error:
                raise Refused(str(error)) from error

        ask = Ask(
            task="suggest_reply",
            answer=ReplyAnswer,
            data={"ticket": ticket},
            material={f"passage {place}": _shown(passage) for place, passage in enumerate(passages, start=1)},
            parameters={"language": "ru" if request.language == "ru" else "en"},
            subject=request.request_id,
            sensitivity=await _sensitivity(self.decisions, request.category),
            tenant=request.tenant,
            check=check,
        )
        try:
            answered = await self.gateway.ask(ask)
        except NobodyAnswered as error:
            raise NoDraft(str(error)) from error
        return WrittenReply(
            text=answered.value.reply,
            citations=tuple((citation.passage, citation.quote) for citation in answered.value.citations),
            confidence=answered.value.confidence,
            model=answered.model,
            prompt=answered.prompt,
            prompt_version=answered.version,
            call_id=answered.call_id,
        )


class KnowsLabels(Protocol):
    """Which categories there are at this moment."""

    @property
    def labels(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class LlmClassifier:
    """`ModelClassifier` by the gateway. By the shipped policy it asks nobody and leaves the ticket to the local classifier."""

    gateway: LlmGateway
    known: "KnowsLabels"

    async def classify(self, subject: str, text: str, *, request_id: str, tenant: str) -> Classification | None:
        ask: Ask[LabelAnswer] = Ask(
            task="classify_ticket",
            answer=label_answer(self.known.labels),
            data={"ticket": f"{subject}\n\n{text}"[:LONGEST_TICKET]},
            parameters={"labels": ", ".join(self.known.labels)},
            subject=request_id,
            tenant=tenant,
        )
        try:
            answered = await self.gateway.ask(ask)
        except NobodyAnswered as error:
            if Route.CLASSIFIER in error.steps:
                return None
            raise ClassificationUnavailable(str(error)) from error
        found = answered.value
        share = round(1 / len(found.words), 3) if found.words else 0.0
        return Classification(
            label=found.label,
            confidence=found.confidence,
            runner_up=found.runner_up,
            runner_up_confidence=round((1 - found.confidence) / 2, 4),
            evidence=tuple(Evidence(word, share) for word in found.words),
            model=f"{answered.model} ({answered.prompt} v{answered.version})",
        )


@dataclass(frozen=True, slots=True)
class Assistant:
    """What the ticket workers need of models and knowledge."""

    drafter: Drafter
    gateway: LlmGateway


def assistant(
    settings: Settings,
    engine: Engine,
    client: ZeebeClient | None,
    endpoints: Mapping[Route, PatientEndpoint],
    tenant_id: str = DEFAULT_TENANT,
) -> Assistant:
    gateway = llm_gateway(settings, engine, client, endpoints)
    search = KnowledgePassages(knowledge_search(settings, engine, tenant_id))
    writer = LlmReplyWriter(gateway, model_decisions(settings, client))
    return Assistant(Drafter(search, writer, SqlDrafts(engine, tenant_id=tenant_id)), gateway)


def hears_reply(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> tuple[HearsReply, ...]:
    """Who is told of each closed ticket."""
    learn: KnowledgeReader | None = knowledge_reader(settings, engine, tenant_id) if settings.learn_from_replies else None
    return (LearnFromReply(SqlDrafts(engine, tenant_id=tenant_id), learn),)


async def _sensitivity(decisions: Decisions, category: str) -> str:
    try:
        output, _name = await decisions.evaluate("ticket_sensitivity", {"category": category or None})
    except PolicyUnavailable:
        # Where nobody can say, the stricter way.
        return "confidential"
    return output if isinstance(output, str) else "confidential"


def _shown(passage: Passage) -> str:
    heading = f" · {passage.heading}" if passage.heading else ""
    return f"{passage.title}{heading}, page {passage.page}\n\n{passage.text}"
