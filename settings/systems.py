"""Other people's systems: records, accounting, language models."""

from typing import Literal

from pydantic import BaseModel, Field, SecretStr

from settings.house import Port


class Systems(BaseModel):
    """Systems whose records are read and changed (docs/how-to/connect-a-crm.md, docs/how-to/approve-and-apply.md)."""

    outgoing_allowed_networks: str = ""
    """Networks that requests to foreign servers may reach beside public addresses, parted by commas: `10.1.0.0/16`."""
    change_http_targets: dict[str, str] = Field(default_factory=dict)
    """Systems with a plain JSON interface whose records change sets may change: name to base URL."""
    change_http_tokens: dict[str, SecretStr] = Field(default_factory=dict)
    """Name to bearer token."""
    crm_sync_seconds: float = Field(default=300.0, gt=0)
    """How often connected CRMs are read."""
    crm_slice_seconds: float = Field(default=20.0, gt=0)
    """For how long at a time one is read before others have their turn."""
    tryton_url: str | None = None
    """Tryton, by JSON-RPC: its accounting periods follow the month close. Unset: none."""
    tryton_database: str = ""
    """Its database."""
    tryton_username: str = ""
    """Who closes and opens periods."""
    tryton_password: SecretStr = SecretStr("")
    """And the password."""
    finance_currency: str = Field(default="RUB", pattern="^[A-Z]{3}$")
    """The currency of plan and fact."""


class LanguageModels(BaseModel):
    """Language models by OpenAI's protocol (docs/how-to/assistant.md); base URLs end in `/v1`.

    `decisions/model_policy.dmn` says which is asked for what. Where none is set, `penstock up` runs a practice model that
    answers by rules.
    """

    llm_hosted_url: str | None = None
    """A hosted model. Unset: none."""
    llm_hosted_key: SecretStr | None = None
    """Its key."""
    llm_hosted_model: str = "gpt-4o-mini"
    """Its name there."""
    llm_hosted_input_price: float = Field(default=0.0, ge=0)
    """What a million tokens cost that it reads."""
    llm_hosted_output_price: float = Field(default=0.0, ge=0)
    """What a million tokens cost that it writes."""
    llm_local_url: str | None = None
    """A model within the own walls. Unset: none."""
    llm_local_model: str = "local"
    """Its name there."""
    llm_structure: Literal["json_schema", "json_object", "none"] = "json_schema"
    """What an endpoint understands of the shape its answer must have."""
    llm_streaming: bool = False
    """Whether answers are read while they are written."""
    llm_seconds: float = Field(default=60.0, gt=0)
    """The longest that all tries of one question to one endpoint may take."""
    llm_asked_twice_share: float = Field(default=0.05, ge=0, le=1)
    """The share of questions that may be asked a second time because their answer is overdue; 0: none."""
    llm_tokens_per_month: int | None = Field(default=20_000_000, ge=0)
    """What a tenant may use in a month; warnings at 80 and 100 %, fallback at 120 %. null: no limit."""
    llm_tokens_by_tenant: dict[str, int] = Field(default_factory=dict)
    """The same for single tenants."""
    llm_practice: bool = True
    """Whether the practice model is run where no other is set."""
    practice_port: Port = 0
    """The practice model's port."""
    practice_faults: str = ""
    """Faults it makes for a trial, as `all=0.01` or `timeout=0.02,bad_json=0.1`."""
    practice_timeout_seconds: float = Field(default=60.0, gt=0)
    """How long it stays silent when it makes the fault of that name."""
    embedding_url: str | None = None
    """Vectors beside words in the search of knowledge. Unset: words alone."""
    embedding_model: str | None = None
    """The model's name there."""
    embedding_key: SecretStr | None = None
    """Its key."""
    learn_from_replies: bool = True
    """Answers that were sent become knowledge, without personal data."""
