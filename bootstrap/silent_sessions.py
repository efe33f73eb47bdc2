"""Asking the identity provider about sessions that may have ended there without a word."""

from bootstrap.connections import open_database
from bootstrap.identity import door
from settings import Settings
from workers.background import BackgroundTask

SILENT_SECONDS = 10.0


def background_tasks(settings: Settings) -> list[BackgroundTask]:
    """None where accounts are our own, or where we may not ask the provider."""

    def end_silent() -> int:
        with open_database(settings) as engine:
            opened = door(settings, engine)
            provided = opened.provided(None)
            try:
                return provided.end_silent() if provided is not None else 0
            finally:
                opened.close()

    if not settings.keycloak_issuer or settings.keycloak_administration_secret is None:
        return []
    return [BackgroundTask("sessions.end_silent", end_silent, every_seconds=SILENT_SECONDS)]
