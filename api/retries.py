"""Retrying an incident as an operator means it: give its job retries again, then resolve it."""

from history.queries import Incident
from zeebe.client import ZeebeClient


async def retry_incident(zeebe: ZeebeClient, incident: Incident, retries: int = 1) -> None:
    """Try again what is stuck.

    Raises:
        ZeebeError: the engine refused, for instance because somebody was faster.
    """
    if incident.job_key is not None and incident.job_key > 0:
        await zeebe.update_job_retries(incident.job_key, retries)
    await zeebe.resolve_incident(incident.key)
