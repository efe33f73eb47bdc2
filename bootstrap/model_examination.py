"""Models held against the engine they run on: what a process or a decision uses that the engine lacks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bootstrap.doctor_findings import Finding, Verdict
from engine import bpmn, dmn
from engine.feel.availability import YoungerFunction
from settings import Settings
from zeebe.answers import Topology
from zeebe.engine_versions import NEVER, Feature, Version, lacking, version_of
from zeebe.model_xml import UnreadableModel

# The embedded gateway speaks this version's protocol.
EMBEDDED: Version = (8, 5)


@dataclass(frozen=True, slots=True)
class HeldAgainst:
    """The engine that models are held against."""

    version: Version
    name: str
    is_embedded: bool = False


def engine_of(settings: Settings, topology: Topology | None) -> HeldAgainst:
    """The engine that is set up; `topology` is what it said of itself, None where it did not answer."""
    if settings.is_embedded:
        return HeldAgainst(EMBEDDED, f"the embedded gateway, which is as {_dotted(EMBEDDED)}", is_embedded=True)
    if topology is None:
        return HeldAgainst(EMBEDDED, f"{_dotted(EMBEDDED)}, taken for the cluster's version while that does not answer")
    version = version_of(topology.gateway_version)
    return HeldAgainst(version, _dotted(version))


def examine_models(files: Sequence[Path], engine: HeldAgainst) -> list[Finding]:
    """What each BPMN and DMN file uses that the engine lacks; one finding that all is well where there is nothing."""
    findings = [finding for path in files for finding in _examine(path, engine)]
    if not findings:
        said = f"{len(files)} model(s) use nothing that {_dotted(engine.version)} lacks"
        findings.append(Finding("models", Verdict.OK, said))
    return findings


def _examine(path: Path, engine: HeldAgainst) -> Iterator[Finding]:
    is_decision = path.suffix.lower() == ".dmn"
    part = f"{'decision' if is_decision else 'process'} {path.name}"
    try:
        content = path.read_bytes()
        missing = [] if is_decision else lacking(content, engine.version)
        functions = (
            _functions_of_decisions(content, path.name) if is_decision else bpmn.functions_beyond_zeebe(content, path.name)
        )
    except (OSError, UnreadableModel, dmn.InvalidDmn) as error:
        yield Finding(part, Verdict.BAD, f"cannot be read: {error}")
        return
    for one in missing:
        yield Finding(
            part,
            Verdict.BAD,
            f"{one.element_id}: {one.feature.name} {_wanted(one.feature)}, the engine is {engine.name}",
            {"element_id": one.element_id, "feature": one.feature.name, "since": _dotted(one.feature.since)},
        )
    for called in functions:
        if called.since > engine.version:
            yield _function_finding(part, called, engine)


def _functions_of_decisions(content: bytes, resource_name: str) -> tuple[YoungerFunction, ...]:
    return tuple(dmn.functions_beyond_zeebe(dmn.read_dmn(content, resource_name, tolerant=True).definitions))


def _function_finding(part: str, called: YoungerFunction, engine: HeldAgainst) -> Finding:
    """The embedded gateway knows each function: there it is a warning that not every cluster does."""
    needed = _dotted(called.since)
    return Finding(
        part,
        Verdict.WARNING if engine.is_embedded else Verdict.BAD,
        f"{called.element_id}: the FEEL function {called.name}() needs Zeebe {needed}; before, it gives null. "
        + ("The embedded gateway knows it" if engine.is_embedded else f"The engine is {engine.name}"),
        {"element_id": called.element_id, "feature": f"{called.name}()", "since": needed},
    )


def _wanted(feature: Feature) -> str:
    return "is executed by no Zeebe" if feature.since == NEVER else f"needs Zeebe {_dotted(feature.since)}"


def _dotted(version: Version) -> str:
    return ".".join(map(str, version))
