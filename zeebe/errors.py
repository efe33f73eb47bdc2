"""What can go wrong between us and an engine, whichever engine it is.

    ZeebeError
      CommandRefused            the engine understood the command and said no; sending it again changes nothing
        InvalidArgument
          RequestTooLarge
        NotFound
        AlreadyExists
        FailedPrecondition
        Unsupported             this engine does not offer the command
        AccessDenied
      EngineBusy                nothing took effect; the same command may be sent again later
        ResourceExhausted
      Unavailable               no answer came; whether the command took effect is unknown
        NotConnected            the engine was never reached: nothing took effect
        DeadlineExceeded
      EngineFailed              the engine's own fault
      RecordsDropped            the record log no longer has what was asked for

`BpmnError` stands apart: a job worker raises it to tell the process of a business outcome.
"""

from collections.abc import Mapping
from typing import Any


class ZeebeError(Exception):
    """An engine did not do what it was asked; `reason` is the engine's own text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CommandRefused(ZeebeError):
    """The engine refused a command; nothing of it took effect."""


class InvalidArgument(CommandRefused):
    pass


class RequestTooLarge(InvalidArgument):
    """The request is larger than the engine takes; the limit is in the reason."""


class NotFound(CommandRefused):
    pass


class AlreadyExists(CommandRefused):
    pass


class FailedPrecondition(CommandRefused):
    pass


class Unsupported(CommandRefused):
    pass


class AccessDenied(CommandRefused):
    pass


class EngineBusy(ZeebeError):
    """The engine takes no more work now; the same command may be sent again later."""


class ResourceExhausted(EngineBusy):
    pass


class Unavailable(ZeebeError):
    """No answer came; whether the command took effect is unknown."""


class NotConnected(Unavailable):
    """The engine was not reached; the same command may be sent again later."""


class DeadlineExceeded(Unavailable):
    pass


class EngineFailed(ZeebeError):
    """The engine failed on its side."""


class RecordsDropped(ZeebeError):
    """Records that were asked for are not kept any more; those after `dropped_through` are."""

    def __init__(self, reason: str, dropped_through: int) -> None:
        super().__init__(reason)
        self.dropped_through = dropped_through


class BeyondTheLog(ZeebeError):
    """Records were asked for after a position that the log has not reached: it was brought back to an earlier moment."""


class BpmnError(Exception):
    """A business outcome that the process models as an error event.

    The code is the `errorCode` of the BPMN error that shall catch it; the variables are given to the catching event.
    """

    def __init__(self, code: str, message: str = "", variables: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message
        self.variables: Mapping[str, Any] = variables or {}
