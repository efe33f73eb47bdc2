"""The three kinds of model a designer draws; the ending of a resource's name tells which."""

from enum import StrEnum


class UnknownModelKind(ValueError):
    """A resource name that ends in none of the known ways."""

    def __init__(self, resource_name: str) -> None:
        super().__init__(f"{resource_name[:200]!r}: the name of a model ends in .bpmn, .dmn or .form")
        self.resource_name = resource_name


class ModelKind(StrEnum):
    BPMN = "bpmn"
    DMN = "dmn"
    FORM = "form"

    @classmethod
    def of(cls, resource_name: str) -> "ModelKind":
        """The kind that a resource's name tells.

        Raises:
            UnknownModelKind: it tells none.
        """
        _name, dot, ending = resource_name.rpartition(".")
        if not dot or ending.lower() not in cls:
            raise UnknownModelKind(resource_name)
        return cls(ending.lower())

    def resource_name(self, name: str) -> str:
        """A name for a file of this kind."""
        return name if name.lower().endswith(f".{self}") else f"{name}.{self}"
