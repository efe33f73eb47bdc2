"""Language models: which endpoints are configured, and the gateway over them."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Engine

from bootstrap.decisions import Decisions, DmnModelPolicy
from bootstrap.tracing import traced_endpoint
from services.llm import (
    AskedTwice,
    Budget,
    ChainedLlmGateway,
    LlmGateway,
    ModelEndpoint,
    Patience,
    PatientEndpoint,
    RememberedUse,
    Route,
    SqlCalls,
    load_prompts,
)
from services.personal_data import mask, unmask
from services.practice_model import MODEL_NAME
from settings import Settings
from zeebe.client import ZeebeClient

PRACTICE = "practice"


def practice_address_file(settings: Settings) -> Path:
    """Where a running practice model says how it is reached."""
    return settings.data_dir / "practice-model.url"


def needs_practice_model(settings: Settings) -> bool:
    """No endpoint is configured, and practice is wished."""
    return settings.llm_practice and not (settings.llm_hosted_url or settings.llm_local_url)


def model_endpoints(settings: Settings) -> dict[Route, ModelEndpoint]:
    """The endpoint of each route that has one."""
    # The client takes half a second to import, and only workers need it.
    from bootstrap.practice import LateEndpoint  # noqa: PLC0415
    from services.llm.openai_endpoint import OpenAiEndpoint  # noqa: PLC0415

    endpoints: dict[Route, ModelEndpoint] = {}
    if settings.llm_hosted_url:
        endpoints[Route.HOSTED] = OpenAiEndpoint(
            "hosted",
            settings.llm_hosted_url,
            settings.llm_hosted_model,
            settings.llm_hosted_key.get_secret_value() if settings.llm_hosted_key else "",
            settings.llm_structure,
            settings.llm_hosted_input_price,
            settings.llm_hosted_output_price,
            streams=settings.llm_streaming,
        )
    if settings.llm_local_url:
        endpoints[Route.LOCAL] = OpenAiEndpoint(
            "local",
            settings.llm_local_url,
            settings.llm_local_model,
            structure=settings.llm_structure,
            streams=settings.llm_streaming,
        )
    if needs_practice_model(settings):
        # It stands in for a model in the house: nothing leaves this machine.
        endpoints[Route.LOCAL] = LateEndpoint(
            PRACTICE, MODEL_NAME, practice_address_file(settings), streams=settings.llm_streaming
        )
    return endpoints


def patient_endpoints(settings: Settings) -> dict[Route, PatientEndpoint]:
    """The endpoints as all askers of a process share them: with what is known of each one's health and usual time."""
    patience = Patience(whole_seconds=settings.llm_seconds)
    return {
        route: PatientEndpoint(_asked_twice(settings, traced_endpoint(each)), patience=patience)
        for route, each in model_endpoints(settings).items()
    }


def llm_gateway(
    settings: Settings, engine: Engine, client: ZeebeClient | None, endpoints: Mapping[Route, PatientEndpoint]
) -> LlmGateway:
    """The gateway to every model of this installation."""
    return ChainedLlmGateway(
        policy=DmnModelPolicy(model_decisions(settings, client)),
        prompts=load_prompts(settings.home / "prompts"),
        calls=RememberedUse(SqlCalls(engine)),
        endpoints=endpoints,
        mask=_masked,
        unmask=unmask,
        budget=llm_budget(settings),
    )


def _asked_twice(settings: Settings, endpoint: ModelEndpoint) -> ModelEndpoint:
    return AskedTwice(endpoint, settings.llm_asked_twice_share) if settings.llm_asked_twice_share else endpoint


def model_decisions(settings: Settings, client: ZeebeClient | None) -> Decisions:
    return Decisions(settings.home / "decisions" / "model_policy.dmn", client)


def llm_budget(settings: Settings) -> Budget:
    return Budget(settings.llm_tokens_per_month, settings.llm_tokens_by_tenant)


def _masked(text: str) -> tuple[str, dict[str, str]]:
    masked = mask(text)
    return masked.text, dict(masked.originals)
