from pathlib import Path

import pytest

from bootstrap.decisions import Decisions, DmnModelPolicy
from services.llm import PolicyUnavailable, Route
from zeebe.calls import RetryPolicy
from zeebe.client import ZeebeClient

POLICY = Path(__file__).parents[3] / "decisions" / "model_policy.dmn"


@pytest.mark.parametrize(
    ("task", "sensitivity", "left", "steps"),
    [
        ("suggest_reply", "internal", 1.0, [Route.HOSTED, Route.LOCAL, Route.PERSON]),
        ("suggest_reply", "confidential", 1.0, [Route.LOCAL, Route.PERSON]),
        ("suggest_reply", "internal", 0.0, [Route.LOCAL, Route.PERSON]),
        ("suggest_reply", "internal", -0.2, [Route.CLASSIFIER, Route.RULES, Route.PERSON]),
        ("classify_ticket", "internal", 1.0, [Route.CLASSIFIER, Route.RULES, Route.PERSON]),
        ("poem", "internal", 1.0, [Route.PERSON]),
    ],
)
async def test_the_shipped_file_names_the_routes(task: str, sensitivity: str, left: float, steps: list[Route]) -> None:
    routes = await DmnModelPolicy(Decisions(POLICY)).routes(task=task, sensitivity=sensitivity, tenant="t", budget_left=left)

    assert list(routes.steps) == steps
    assert routes.decision_id == "model_policy model_policy.dmn"


async def test_while_the_gateway_is_away_the_file_decides() -> None:
    async with ZeebeClient("127.0.0.1:1", "http://127.0.0.1:1", retry=RetryPolicy(seconds=0)) as away:
        output, name = await Decisions(POLICY, away).evaluate("ticket_sensitivity", {"category": "HR Support"})

    assert (output, name) == ("confidential", "ticket_sensitivity model_policy.dmn")


@pytest.mark.parametrize("answer", ['"hosted"', "[]", '["hosted", "cloud"]', "null", "[1]"])
async def test_a_table_that_answers_no_routes_is_refused(tmp_path: Path, answer: str) -> None:
    changed = tmp_path / "model_policy.dmn"
    text = POLICY.read_text(encoding="utf-8")
    changed.write_text(text.replace('["person"]', answer).replace("&quot;", '"'), encoding="utf-8")

    with pytest.raises(PolicyUnavailable, match="model_policy"):
        await DmnModelPolicy(Decisions(changed)).routes(task="poem", sensitivity="x", tenant="t", budget_left=1)


async def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyUnavailable, match=r"gone\.dmn"):
        await Decisions(tmp_path / "gone.dmn").evaluate("model_policy", {})
