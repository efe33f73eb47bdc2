"""How good the assistant's drafts are, over REST."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from api.dependencies import Services
from api.rest.shapes import Shown
from services.assistant import Verdict

router = APIRouter(prefix="/assistant", tags=["assistant"])


class FigureShown(Shown):
    """Drafts of a model, prompt version and category by what became of them."""

    model: str
    prompt: str
    prompt_version: int
    category: str
    counts: dict[Verdict, int]
    acceptance: float | None


class BudgetShown(Shown):
    """Tokens this month; no limit is null."""

    used: int
    limit: int | None


class AssistantShown(Shown):
    figures: list[FigureShown]
    budget: BudgetShown


@router.get("/figures")
def assistant_figures(services: Services, days: Annotated[int, Query(ge=1, le=366)] = 30) -> AssistantShown:
    """Acceptance by model, prompt version and category, and the month's tokens."""
    figures = services.assistant.drafts.figures(datetime.now(UTC) - timedelta(days=days))
    return AssistantShown(
        figures=[FigureShown.model_validate(each) for each in figures],
        budget=BudgetShown.model_validate(services.assistant.budget_now()),
    )
