"""Who may come in, and how much they may ask for."""

from pydantic import BaseModel, Field, SecretStr


class Accounts(BaseModel):
    """Sessions and secrets of our own."""

    secret_key: SecretStr | None = None
    """Signs sessions and seals the tokens of connected systems. Unset: a random key, made once and kept in `data_dir`."""
    earlier_secret_keys: list[SecretStr] = []
    """Keys that were `PENSTOCK_SECRET_KEY` before: what they sealed is still read, and sealed anew by `penstock crm reseal`."""
    session_hours: int = Field(default=12, gt=0)
    """How long somebody stays signed in."""
    requests_per_minute: int = Field(default=6_000, ge=0)
    """How many requests an account may make within a minute; 0 is no limit. Counted for all processes of pages together."""
    tenant_requests_per_minute: int = Field(default=60_000, ge=0)
    """The same for all accounts of a tenant together."""


class Keycloak(BaseModel):
    """Accounts of Keycloak 26 (docs/how-to/sign-in-with-keycloak.md)."""

    keycloak_issuer: str | None = None
    """The realm, `https://…/realms/penstock`. Unset: our own accounts."""
    keycloak_url: str | None = None
    """Where our processes reach Keycloak, `http://keycloak:8080`, if the issuer's address is for browsers alone."""
    keycloak_audience: str = "penstock-api"
    """Our API's name in access tokens."""
    keycloak_web_client: str = "penstock-web"
    """The client of our pages."""
    keycloak_web_secret: SecretStr | None = None
    """Its secret. Unset: a public client, which PKCE alone protects."""
    keycloak_clients: list[str] = ["penstock-worker"]
    """Other clients whose tokens the API takes."""
    keycloak_administration_client: str = "penstock-administration"
    """The client that invites and changes accounts."""
    keycloak_administration_secret: SecretStr | None = None
    """Its secret; without it accounts are changed in Keycloak's own console."""
    keycloak_local_sign_in: bool = False
    """Keeps the door open for local passwords, for the day when Keycloak is away."""
