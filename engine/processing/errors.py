"""How a step says that it cannot go on."""


class StepFailed(Exception):
    """The step of an element instance failed in a way that a person can mend: it becomes an incident."""

    def __init__(self, error_type: str, message: str, variable_scope_key: int = -1) -> None:
        super().__init__(f"{error_type}: {message}")
        self.error_type = error_type
        self.message = message
        self.variable_scope_key = variable_scope_key


def extract_value_error(message: str, variable_scope_key: int = -1) -> StepFailed:
    """An expression gave a value of the wrong type."""
    return StepFailed("EXTRACT_VALUE_ERROR", message, variable_scope_key)
