"""Whose FEEL it is: Camunda's, which Zeebe runs, or the DMN standard's, where the two differ."""

from enum import Enum


class Dialect(Enum):
    """The two ways to read and evaluate an expression."""

    CAMUNDA = "camunda"
    STRICT = "strict"
