"""One foreign file in, one file in Zeebe's dialect and its report out."""

from dataclasses import dataclass

from lxml import etree

from engine.bpmn.findings import Finding, InvalidBpmn, Severity
from engine.bpmn.importing import camunda7, dmn, spiff
from engine.bpmn.importing.editing import Model
from engine.bpmn.importing.notes import Note, Outcome
from engine.bpmn.reader import lint
from engine.bpmn.xml_tree import BPMN, DEFAULT_LIMITS, ZEEBE, Limits, parse

_PREFIXES = {"zeebe": ZEEBE}


@dataclass(frozen=True, slots=True)
class Imported:
    """The converted file and what was done to it. `dialect` says where it came from."""

    content: bytes
    dialect: str
    notes: tuple[Note, ...]

    @property
    def for_a_person(self) -> tuple[Note, ...]:
        return tuple(note for note in self.notes if note.outcome is Outcome.PERSON)


def import_model(content: bytes, resource_name: str, limits: Limits = DEFAULT_LIMITS) -> Imported:
    """Convert a file; raises `InvalidBpmn` for what is neither BPMN nor DMN."""
    _, tree = parse(content, resource_name, limits)
    root = _with_prefixes(tree.getroot())
    model = Model(root)
    if "/DMN/" in str(root.tag):
        dmn.convert(model)
        return Imported(_written(root), "DMN", tuple(model.notes))
    if root.tag != f"{{{BPMN}}}definitions":
        message = f"The file is neither BPMN nor DMN: its root is '{etree.QName(root).localname}'."
        raise InvalidBpmn([Finding(resource_name, "", "", 1, message)])
    dialect = _dialect(root)
    if dialect == "Camunda 7":
        camunda7.convert(model)
    elif dialect == "SpiffArena":
        spiff.convert(model)
    _clean(root)
    written = _written(root)
    model.notes += _still_refused(written, resource_name)
    return Imported(written, dialect, tuple(model.notes))


def _dialect(root: etree._Element) -> str:
    namespaces = {etree.QName(name).namespace for element in root.iter() for name in (element.tag, *element.attrib)}
    if spiff.SPIFF in namespaces:
        return "SpiffArena"
    if ZEEBE in namespaces:
        return "Zeebe"
    return "Camunda 7"


def _with_prefixes(root: etree._Element) -> etree._Element:
    """The same tree under a root that knows Zeebe's prefix, so that it is written as modellers write it."""
    renamed = etree.Element(root.tag, root.attrib, nsmap={**root.nsmap, **_PREFIXES})
    renamed.text, renamed.tail = root.text, None
    renamed.extend(list(root))
    return renamed


def _clean(root: etree._Element) -> None:
    """Take out extension holders that are empty now."""
    for holder in list(root.iter(f"{{{BPMN}}}extensionElements")):
        parent = holder.getparent()
        if len(holder) == 0 and parent is not None:
            parent.remove(holder)
    etree.cleanup_namespaces(root, keep_ns_prefixes=["zeebe"])


def _written(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _still_refused(content: bytes, resource_name: str) -> list[Note]:
    """What the deployment would refuse of the converted file."""
    return [
        Note(finding.element_id, finding.element_type, Outcome.PERSON, "would be refused", finding.message)
        for finding in lint(content, resource_name)
        if finding.severity is Severity.ERROR
    ]
