"""What a form's reader learns after a command: that it was done, or why the engine refused it, on the page they came from."""

from collections.abc import Awaitable

from fastapi import Request, Response

from api.cookies import Flash
from api.shell import language_of, redirect
from zeebe.errors import ZeebeError


async def carried_out(request: Request, command: Awaitable[object], back: str, note: str) -> Response:
    """Carry out a command and go back with a note about it."""
    try:
        await command
    except ZeebeError as error:
        return redirect(request, back, refusal(request, error))
    return redirect(request, back, Flash(note))


def refusal(request: Request, error: ZeebeError) -> Flash:
    """The engine's own reason, introduced in the reader's language."""
    text = language_of(request).gettext("This was not done. The engine says: %(reason)s")
    return Flash(text % {"reason": error}, "bad")
