"""Whose accounts they are: our own tables', or an identity provider's over them."""

from dataclasses import dataclass
from datetime import timedelta

import httpx
from sqlalchemy import Engine

from services.identity import Identities, SignInElsewhere
from services.identity.local import LocalIdentities
from services.identity.oidc.administration import KeycloakAdministration
from services.identity.oidc.identities import ProvidedIdentities
from services.identity.oidc.keys import KeySet
from services.identity.oidc.provider import TIMEOUT_SECONDS, Provider
from services.identity.oidc.tokens import TokenChecks
from settings import Settings


@dataclass(frozen=True)
class Door:
    """Who is let in, and where else one may sign in. `of_tenant` lists and changes one tenant's accounts only."""

    settings: Settings
    engine: Engine
    provider: Provider | None = None
    checks: TokenChecks | None = None

    def of_tenant(self, tenant_id: str | None) -> Identities:
        return self.provided(tenant_id) or local_identities(self.settings, self.engine, tenant_id)

    def close(self) -> None:
        """End the connections to the provider."""
        if self.provider is not None:
            self.provider.client.close()

    def elsewhere(self) -> SignInElsewhere | None:
        return self.provided(None)

    def provided(self, tenant_id: str | None) -> ProvidedIdentities | None:
        if self.provider is None or self.checks is None:
            return None
        settings, secret = self.settings, self.settings.keycloak_web_secret
        farewell = f"{settings.pages_url}/login"
        return ProvidedIdentities(
            local_identities(settings, self.engine, tenant_id),
            self.provider,
            self.checks,
            _administration(settings, farewell),
            f"{settings.pages_url}/sign-in/callback",
            farewell,
            secret.get_secret_value() if secret else "",
            settings.keycloak_local_sign_in,
        )


def door(settings: Settings, engine: Engine) -> Door:
    """The provider's keys are fetched when the first token comes, so a start needs no provider."""
    issuer = (settings.keycloak_issuer or "").rstrip("/")
    if not issuer:
        return Door(settings, engine)
    provider = Provider(issuer, httpx.Client(timeout=TIMEOUT_SECONDS), _reached_at(settings))
    clients = frozenset({settings.keycloak_web_client, *settings.keycloak_clients})
    checks = TokenChecks(KeySet(provider.keys), issuer, settings.keycloak_audience, settings.keycloak_web_client, clients)
    return Door(settings, engine, provider, checks)


def local_identities(settings: Settings, engine: Engine, tenant_id: str | None = None) -> LocalIdentities:
    return LocalIdentities(engine, timedelta(hours=settings.session_hours), tenant_id=tenant_id)


def _administration(settings: Settings, farewell: str) -> KeycloakAdministration:
    secret = settings.keycloak_administration_secret
    return KeycloakAdministration(
        (settings.keycloak_issuer or "").rstrip("/"),
        settings.keycloak_administration_client,
        secret.get_secret_value() if secret else "",
        settings.keycloak_web_client,
        farewell,
        _reached_at(settings),
    )


def _reached_at(settings: Settings) -> str:
    """The realm's address for our processes, where it is another than the browsers'."""
    if not settings.keycloak_url:
        return ""
    _, _, realm = (settings.keycloak_issuer or "").rstrip("/").rpartition("/realms/")
    return f"{settings.keycloak_url.rstrip('/')}/realms/{realm}"
