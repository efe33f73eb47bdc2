"""DMN files on disk, with the models beside them that they import."""

from pathlib import Path

from engine.dmn.decision_model import DecisionModel, read_dmn
from engine.dmn.findings import Finding, InvalidDmn
from engine.dmn.reader import read_definitions
from engine.dmn.xml import MAX_BYTES
from engine.feel import Dialect

# Models that import models that import models.
MAX_DEPTH = 8


def read_dmn_file(path: Path, *, dialect: Dialect = Dialect.CAMUNDA, tolerant: bool = False, depth: int = 0) -> DecisionModel:
    """Read a file; models it imports are looked for in its folder."""
    content = _content(path)
    definitions, _findings = read_definitions(content, path.name)
    wanted = {one.namespace for one in definitions.imports} - {definitions.namespace}
    if not wanted:
        return read_dmn(content, path.name, dialect=dialect, tolerant=tolerant)
    if depth >= MAX_DEPTH:
        message = f"imports are nested deeper than {MAX_DEPTH}; do two models import each other?"
        raise InvalidDmn([Finding(resource_name=path.name, message=message)])
    imports: dict[str, DecisionModel] = {}
    for other in sorted(path.parent.glob("*.dmn")):
        if other == path or not wanted:
            continue
        namespace = _namespace(other)
        if namespace in wanted:
            imports[namespace] = read_dmn_file(other, dialect=dialect, tolerant=tolerant, depth=depth + 1)
            wanted.discard(namespace)
    return read_dmn(content, path.name, dialect=dialect, imports=imports, tolerant=tolerant)


def _namespace(path: Path) -> str:
    try:
        return read_definitions(_content(path), path.name)[0].namespace
    except InvalidDmn:
        # A file beside that is no DMN is nobody's import.
        return ""


def _content(path: Path) -> bytes:
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise InvalidDmn([Finding(resource_name=path.name, message=f"the file has {size} bytes; the limit is {MAX_BYTES}")])
    return path.read_bytes()
