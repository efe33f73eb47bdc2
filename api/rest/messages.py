"""Messages to running or waiting processes."""

from fastapi import APIRouter
from pydantic import Field

from api.dependencies import Services
from api.rest.shapes import Asked, Key, Shown, Variables

router = APIRouter(prefix="/messages", tags=["messages"])
DAY_MS = 24 * 3600 * 1000


class MessageAsked(Asked):
    name: str = Field(min_length=1, max_length=1000)
    correlation_key: str = Field("", max_length=1000)
    variables: Variables = Field(default_factory=dict)
    time_to_live_ms: int = Field(3_600_000, ge=0, le=365 * DAY_MS)
    message_id: str = Field("", max_length=1000, description="The same id is taken once while the message lives.")


class MessageShown(Shown):
    message_key: Key


@router.post("", status_code=201)
async def publish_message(asked: MessageAsked, services: Services) -> MessageShown:
    """Publish a message; with an id, a repetition is answered 409 while the first one lives."""
    key = await services.zeebe.publish_message(
        asked.name,
        asked.correlation_key,
        asked.variables,
        time_to_live_ms=asked.time_to_live_ms,
        message_id=asked.message_id,
    )
    return MessageShown(message_key=key)
