"""Everything that asks a model in one process knows the same of it, and what was written of it is on disk in time."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import Engine

from bootstrap.job_workers import workers
from bootstrap.learning import classifier_versions
from bootstrap.shared_sync import QuickDatabase, Secured, SecuredGateway, SharedSync, quick_database
from bootstrap.tenants import TenantWorker
from services.classification.versions import VersionState
from services.llm import Answered, Ask, NobodyAnswered, PatientEndpoint, Route
from settings import Settings
from tests.factories import make_job
from tests.web_app import open_database
from workers.ticket_triage.classify_ticket import ClassifyTicket
from workers.ticket_triage.suggest_reply import SuggestReply
from zeebe.calls import RetryPolicy
from zeebe.client import ZeebeClient
from zeebe.errors import BpmnError
from zeebe.job import Job, JobWorker

ROOT = Path(__file__).parents[3]
HERE, ACME = "<default>", "acme"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The installation's own files, and a policy by which a model in the house reads tickets before the local classifier."""
    shipped = (ROOT / "decisions" / "model_policy.dmn").read_text(encoding="utf-8")
    models_first = re.sub(r'(id="policy_classify_out1">\s*<text>)[^<]*', r'\1["local", "person"]', shipped, count=1)
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions" / "model_policy.dmn").write_text(models_first, encoding="utf-8")
    (tmp_path / "prompts").symlink_to(ROOT / "prompts")
    return tmp_path


@pytest.fixture
def settings(home: Path) -> Settings:
    return Settings(home=home, data_dir=home, llm_local_url="http://127.0.0.1:1/v1")


@pytest.fixture
def engine(settings: Settings, tmp_path: Path) -> Iterator[Engine]:
    made = open_database(tmp_path / "penstock.db")
    yield made
    made.dispose()


@pytest.fixture
async def client() -> AsyncIterator[ZeebeClient]:
    async with ZeebeClient("127.0.0.1:1", "http://127.0.0.1:1", retry=RetryPolicy(seconds=0)) as away:
        yield away


@dataclass
class Disk:
    """Counts how often somebody waited for it."""

    waits: int = 0

    def __call__(self) -> None:
        self.waits += 1


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def quick(settings: Settings, engine: Engine, disk: Disk) -> Iterator[QuickDatabase]:
    with ExitStack() as stack:
        found = stack.enter_context(quick_database(settings))
        assert found is not None
        yield QuickDatabase(found.engine, SharedSync(disk))


def worker_of(every: list[JobWorker], job_type: str, tenant_id: str = HERE) -> JobWorker:
    chosen = next(each for each in every if each.job_type == job_type)
    assert isinstance(chosen, TenantWorker)
    theirs = chosen.workers_of(tenant_id)[job_type]
    return theirs.worker if isinstance(theirs, Secured) else theirs


def drafting_endpoint(every: list[JobWorker], tenant_id: str = HERE) -> PatientEndpoint:
    drafting: Any = worker_of(every, SuggestReply.job_type, tenant_id)
    endpoint = drafting.drafter.writer.gateway.endpoints[Route.LOCAL]
    assert isinstance(endpoint, PatientEndpoint)
    return endpoint


def let_drafting_find_the_model_away(every: list[JobWorker]) -> None:
    breaker = drafting_endpoint(every).breaker
    for _ in range(breaker.failures_allowed):
        breaker.failed()


def ticket(tenant_id: str = HERE) -> Job:
    return replace(
        make_job(type="classify-ticket", variables={"subject": "Printer", "masked_text": "It is on fire"}),
        tenant_id=tenant_id,
    )


@pytest.mark.parametrize("tenant_id", [HERE, ACME])
async def test_a_model_that_drafting_found_away_is_not_asked_to_classify(
    settings: Settings, engine: Engine, client: ZeebeClient, quick: QuickDatabase, tenant_id: str
) -> None:
    every = workers(settings, engine, client, quick)
    let_drafting_find_the_model_away(every)

    with pytest.raises(BpmnError, match="failed 5 times running and rests") as refused:
        await next(each for each in every if each.job_type == ClassifyTicket.job_type)(ticket(tenant_id))

    assert refused.value.code == "CLASSIFICATION_UNAVAILABLE"


async def test_what_is_known_of_an_endpoint_s_usual_time_is_known_to_all(
    settings: Settings, engine: Engine, client: ZeebeClient, quick: QuickDatabase
) -> None:
    every = workers(settings, engine, client, quick)

    classifying: Any = worker_of(every, ClassifyTicket.job_type, ACME)

    assert classifying.models.gateway.gateway.endpoints[Route.LOCAL].endpoint is drafting_endpoint(every).endpoint


async def test_a_ticket_a_model_was_asked_about_waits_for_the_disk(
    settings: Settings, engine: Engine, client: ZeebeClient, quick: QuickDatabase, disk: Disk
) -> None:
    every = workers(settings, engine, client, quick)
    let_drafting_find_the_model_away(every)

    with pytest.raises(BpmnError):
        await next(each for each in every if each.job_type == ClassifyTicket.job_type)(ticket())

    assert disk.waits == 1


@pytest.mark.parametrize("tenant_id", [HERE, ACME])
async def test_the_first_champion_is_a_version_before_anybody_looks(
    settings: Settings, engine: Engine, client: ZeebeClient, quick: QuickDatabase, tenant_id: str
) -> None:
    every = workers(settings, engine, client, quick)
    worker_of(every, ClassifyTicket.job_type, tenant_id)

    versions = classifier_versions(settings, engine, tenant_id)

    assert versions.is_in_place()
    assert [each.state for each in versions.latest()] == [VersionState.CHAMPION]


class Answer(BaseModel):
    pass


@dataclass
class Gateway:
    """Answers, or raises what it is told to."""

    error: BaseException | None = None
    said: list[str] = field(default_factory=list)

    async def ask[Answer: BaseModel](self, ask: Ask[Answer]) -> Answered[Answer]:
        self.said.append("asked")
        if self.error is not None:
            raise self.error
        return Answered(ask.answer(), Route.LOCAL, "m-1", "p", 1, "d", "c-1")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        pytest.param(None, ["asked", "safe"], id="a model answered"),
        pytest.param(NobodyAnswered("t", (), (Route.LOCAL, Route.PERSON)), ["asked", "safe"], id="a model failed"),
        pytest.param(NobodyAnswered("t", (), (Route.CLASSIFIER, Route.PERSON)), ["asked"], id="no model was asked"),
        pytest.param(OSError("the disk is full"), ["asked", "safe"], id="the call could not be written"),
    ],
)
async def test_calls_of_models_are_on_disk_before_their_answer_is_told(error: BaseException | None, said: list[str]) -> None:
    gateway = Gateway(error)

    async def secure() -> None:
        gateway.said.append("safe")

    with pytest.raises(type(error)) if error is not None else nullcontext():
        await SecuredGateway(gateway, secure).ask(Ask("t", Answer, {}, "7"))

    assert gateway.said == said
