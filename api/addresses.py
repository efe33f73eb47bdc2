"""The addresses of pages by name: `url_for("instance", key=…)` in templates.

Starlette looks through all routes for each address; a list has a hundred links on it. Here a name is looked up once.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from starlette.routing import Route

PARAMETER = re.compile(r"{(\w+)(?::(\w+))?}")
# What other convertors take is left to Starlette.
KINDS = {None, "str", "int"}


@dataclass(slots=True)
class Addresses:
    """Addresses of these routes; those of others are asked of `otherwise`."""

    routes: Iterable[Route]
    otherwise: Callable[..., str]
    _paths: dict[tuple[str, frozenset[str]], str] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        for route in self.routes:
            found = PARAMETER.findall(route.path)
            if all((kind or None) in KINDS for _name, kind in found):
                path = PARAMETER.sub(r"{\1}", route.path)
                self._paths.setdefault((route.name, frozenset(name for name, _kind in found)), path)

    def url_for(self, name: str, /, **parameters: object) -> str:
        """The path of a page.

        Raises:
            NoMatchFound, AssertionError: no route has this name and parameters, or a value cannot stand in a path.
        """
        path = self._paths.get((name, frozenset(parameters)))
        values = {key: str(value) for key, value in parameters.items()}
        if path is None or any(not value or "/" in value for value in values.values()):
            return str(self.otherwise(name, **parameters))
        return path.format_map(values)
