"""One foreign file in, one file in Zeebe's dialect, the forms that stood in it and the report out."""

from dataclasses import dataclass

from lxml import etree

from engine.bpmn.findings import Finding, InvalidBpmn, Severity
from engine.bpmn.importing import camunda7, dmn, order, spiff
from engine.bpmn.importing.camunda7_names import DIALECTS
from engine.bpmn.importing.editing import Model
from engine.bpmn.importing.notes import MadeForm, Note, Outcome
from engine.bpmn.importing.spiff_tasks import SPIFF
from engine.bpmn.reader import lint
from engine.bpmn.xml_tree import BPMN, DEFAULT_LIMITS, ZEEBE, Limits, parse

_PREFIXES = {"zeebe": ZEEBE}
_MODELER = "http://camunda.org/schema/modeler/1.0"
_PLATFORM = "Camunda Cloud"


@dataclass(frozen=True, slots=True)
class Imported:
    """The converted file and what was done to it. `dialect` says where it came from."""

    content: bytes
    dialect: str
    notes: tuple[Note, ...]
    forms: tuple[MadeForm, ...] = ()

    @property
    def for_a_person(self) -> tuple[Note, ...]:
        return tuple(note for note in self.notes if note.outcome is Outcome.PERSON)


def import_model(content: bytes, resource_name: str, limits: Limits = DEFAULT_LIMITS) -> Imported:
    """Convert a file; raises `InvalidBpmn` for what is neither BPMN nor DMN."""
    parse(content, resource_name, limits)
    root = _with_prefixes(_with_comments(content))
    if "/DMN/" in str(root.tag):
        model = Model(root)
        dmn.convert(model)
        return Imported(_written(root), "DMN", tuple(model.notes))
    if root.tag != f"{{{BPMN}}}definitions":
        message = f"The file is neither BPMN nor DMN: its root is '{etree.QName(root).localname}'."
        raise InvalidBpmn([Finding(resource_name, "", "", 1, message)])
    vendor, dialect = _dialect(root)
    model = Model(root, vendor)
    if dialect == "SpiffArena":
        spiff.convert(model)
    elif dialect != "Zeebe":
        camunda7.convert(model)
    _platform(model)
    order.restore(model)
    _clean(root)
    written = _written(root)
    model.notes += _still_refused(written, resource_name)
    return Imported(written, dialect, tuple(model.notes), tuple(model.forms))


def _with_comments(content: bytes) -> etree._Element:
    """The tree as it is written back: what somebody noted between the elements stays."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(content, parser)


def _dialect(root: etree._Element) -> tuple[str, str]:
    """How the file calls its dialect, and which it is."""
    names = (name for element in root.iter(etree.Element) for name in (element.tag, *element.attrib))
    namespaces = {etree.QName(name).namespace for name in names}
    if SPIFF in namespaces:
        return "spiffworkflow", "SpiffArena"
    if ZEEBE in namespaces or root.get(f"{{{_MODELER}}}executionPlatform") == _PLATFORM:
        return "zeebe", "Zeebe"
    return next((known for namespace, known in DIALECTS.items() if namespace in namespaces), ("camunda", "BPMN"))


def _platform(model: Model) -> None:
    """A modeller opens the file for the platform it names."""
    platform = model.root.get(f"{{{_MODELER}}}executionPlatform")
    if platform is None or platform == _PLATFORM:
        return
    version = model.root.get(f"{{{_MODELER}}}executionPlatformVersion", "")
    model.root.set(f"{{{_MODELER}}}executionPlatform", _PLATFORM)
    model.root.set(f"{{{_MODELER}}}executionPlatformVersion", "8.5.0")
    model.converted(model.root, f"modellers open it for {_PLATFORM} 8.5, no longer for '{platform} {version}'")


def _with_prefixes(root: etree._Element) -> etree._Element:
    """The same tree under a root that knows Zeebe's prefix, so that it is written as modellers write it."""
    renamed = etree.Element(root.tag, root.attrib, nsmap={**root.nsmap, **_PREFIXES})
    renamed.text, renamed.tail = root.text, None
    before = list(root.itersiblings(preceding=True))
    renamed.extend(list(root))
    for outside in reversed(before):
        renamed.addprevious(outside)
    return renamed


def _clean(root: etree._Element) -> None:
    """Take out extension holders that are empty now."""
    for holder in list(root.iter(f"{{{BPMN}}}extensionElements")):
        parent = holder.getparent()
        if len(holder) == 0 and parent is not None:
            parent.remove(holder)
    etree.cleanup_namespaces(root, keep_ns_prefixes=["zeebe"])


def _written(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8"))


def _still_refused(content: bytes, resource_name: str) -> list[Note]:
    """What the deployment would refuse of the converted file."""
    return [
        Note(finding.element_id, finding.element_type, Outcome.PERSON, "would be refused", finding.message)
        for finding in lint(content, resource_name)
        if finding.severity is Severity.ERROR
    ]
