"""What the pages of the assistant and of the knowledge base stand on."""

from collections.abc import Mapping

from sqlalchemy import Engine

from api.assistant_desk import AssistantDesk
from bootstrap.background_work import task_sender
from bootstrap.connections import ticket_desk
from bootstrap.knowledge import knowledge_reader, knowledge_search
from bootstrap.models import llm_budget, needs_practice_model
from services.assistant import SqlDrafts
from services.crm import TicketDesk, TicketUnknown
from services.knowledge import Found
from services.llm import BudgetState, SqlCalls
from settings import Settings
from workers.ticket_triage.placeholders import masked_ticket

TENANT = "<default>"


def assistant_desk(settings: Settings, engine: Engine, tenant_id: str = TENANT) -> AssistantDesk:
    search, limits = knowledge_search(settings, engine, tenant_id), llm_budget(settings)
    desk = ticket_desk(engine, tenant_id)

    def find(question: str, language: str, limit: int) -> list[Found]:
        return search.search(question, language=language, limit=limit)

    def budget(used: int) -> BudgetState:
        return limits.state(tenant_id, used)

    def originals(ticket_id: str) -> Mapping[str, str]:
        return originals_of(desk, ticket_id)

    return AssistantDesk(
        drafts=SqlDrafts(engine, tenant_id=tenant_id),
        calls=SqlCalls(engine),
        reader=knowledge_reader(settings, engine, tenant_id),
        search=find,
        send=task_sender(settings, engine, "knowledge.read", tenant_id),
        originals=originals,
        budget=budget,
        is_practice=needs_practice_model(settings),
        tenant=tenant_id,
    )


def originals_of(desk: TicketDesk, ticket_id: str) -> Mapping[str, str]:
    """What the placeholders of a ticket stand for; nothing where the desk has forgotten it."""
    try:
        return masked_ticket(desk.get(ticket_id)).originals
    except TicketUnknown:
        return {}
