"""How a model can fail. The texts hold no part of question or answer."""


class ModelFailure(Exception):
    """A model did not answer as it should. `worth_another_try`: the same question may succeed soon."""

    outcome = "failed"
    worth_another_try = False


class ModelTimedOut(ModelFailure):
    outcome = "timed_out"
    worth_another_try = True


class ModelAway(ModelFailure):
    """No connection, or an error of the server's own."""

    outcome = "away"
    worth_another_try = True


class ModelBusy(ModelFailure):
    """It asks for patience: `retry_after` seconds, where it says so."""

    outcome = "busy"
    worth_another_try = True

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ModelBroken(ModelFailure):
    """An answer that is cut off, empty or no answer of the protocol."""

    outcome = "broken"
    worth_another_try = True


class ModelRejects(ModelFailure):
    """It will never take this question: wrong key, unknown model, too long."""

    outcome = "rejected"


class CircuitOpen(ModelFailure):
    """It failed so often that it is left alone for a while."""

    outcome = "circuit_open"
