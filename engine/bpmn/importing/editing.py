"""Hands on a model that is being converted: where its elements are, how extensions get in, and the notes about them."""

import re
from collections.abc import Callable, Iterator

from lxml import etree

from engine.bpmn.importing.notes import MadeForm, Note, Outcome
from engine.bpmn.importing.translate import NotTranslatable, juel
from engine.bpmn.xml_tree import BPMN, ZEEBE

_DECLARATION = re.compile(r'\sxmlns(:[\w.-]+)?="[^"]*"')

# What a renamed element would be written with.
_PREFIX = re.compile(r"(</?)(?:ns\d+|camunda):")


class Model:
    """The tree of one file and the report about it. `vendor` is how the file itself calls the old dialect: `activiti`."""

    def __init__(self, root: etree._Element, vendor: str = "camunda") -> None:
        self.root = root
        self.vendor = vendor
        self.notes: list[Note] = []
        self.forms: list[MadeForm] = []

    def elements(self, *names: str) -> Iterator[etree._Element]:
        """BPMN elements of these names in document order, as they were when asked."""
        yield from list(self.root.iter(*(f"{{{BPMN}}}{name}" for name in names)))

    def note(self, element: etree._Element, outcome: Outcome, what: str, why: str = "", source: str = "") -> None:
        owner = element
        while owner.get("id") is None and (parent := owner.getparent()) is not None:
            owner = parent
        self.notes.append(Note(owner.get("id", ""), etree.QName(owner).localname, outcome, what, why, source))

    def converted(self, element: etree._Element, what: str) -> None:
        self.note(element, Outcome.CONVERTED, what)

    def person(self, element: etree._Element, what: str, why: str, source: str = "") -> None:
        self.note(element, Outcome.PERSON, what, why, source)

    def dropped(self, element: etree._Element, what: str, why: str) -> None:
        self.note(element, Outcome.DROPPED, what, why)

    def extend(self, element: etree._Element, name: str, **attributes: str) -> etree._Element:
        """Add a `zeebe:` extension element."""
        extension = etree.SubElement(self.extensions(element), f"{{{ZEEBE}}}{name}")
        for attribute, value in attributes.items():
            extension.set(attribute, value)
        return extension

    def extension(self, element: etree._Element, name: str) -> etree._Element:
        """The `zeebe:` extension of this name, made where it is missing."""
        found = element.find(f"{{{BPMN}}}extensionElements/{{{ZEEBE}}}{name}")
        return self.extend(element, name) if found is None else found

    def extensions(self, element: etree._Element) -> etree._Element:
        holder = element.find(f"{{{BPMN}}}extensionElements")
        if holder is None:
            holder = etree.Element(f"{{{BPMN}}}extensionElements")
            element.insert(len(element.findall(f"{{{BPMN}}}documentation")), holder)
        return holder

    def expression(self, element: etree._Element, text: str, what: str, translate: Callable[[str], str] = juel) -> str | None:
        """The text in FEEL; None and a note where a person must write it."""
        try:
            return translate(text)
        except NotTranslatable as error:
            self.person(element, f"{what} '{text.strip()}'", f"write it in FEEL, because {error}")
            return None

    def job(self, element: etree._Element, job_type: str, what: str) -> None:
        self.extend(element, "taskDefinition", type=job_type)
        self.converted(element, f"{what} became the job type '{job_type}'")

    def map(self, element: etree._Element, direction: str, source: str, target: str) -> None:
        mapping = etree.SubElement(self.extension(element, "ioMapping"), f"{{{ZEEBE}}}{direction}")
        mapping.set("source", source)
        mapping.set("target", target)

    def header(self, element: etree._Element, key: str, value: str) -> None:
        header = etree.SubElement(self.extension(element, "taskHeaders"), f"{{{ZEEBE}}}header")
        header.set("key", key)
        header.set("value", value)

    def source(self, element: etree._Element) -> str:
        """An element as it stands in the file, without the declarations of its prefixes."""
        text = _DECLARATION.sub("", etree.tostring(element, encoding="unicode", with_tail=False))
        return _PREFIX.sub(rf"\1{self.vendor}:", text)

    def property(self, element: etree._Element, name: str, value: str) -> None:
        added = etree.SubElement(self.extension(element, "properties"), f"{{{ZEEBE}}}property")
        added.set("name", name)
        added.set("value", value)


def remove(element: etree._Element) -> None:
    """Take an element out; the text behind it stays."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def children(element: etree._Element) -> list[etree._Element]:
    """The elements inside, without comments and instructions."""
    return [child for child in element if isinstance(child.tag, str)]


def text_of(element: etree._Element | None) -> str:
    """What stands in an element, comments left out."""
    if element is None:
        return ""
    inside = [child.tail or "" for child in element]
    return "".join([element.text or "", *inside])


def job_type_of(element: etree._Element, otherwise: str = "job") -> str:
    """A job type from an element's name, or from its id where the name has no letters for it."""
    return kebab(element.get("name") or element.get("id") or otherwise)


def kebab(text: str) -> str:
    """A job type from a name: `Check Credit` and `checkCredit` are `check-credit`."""
    words: list[str] = []
    for character in text:
        if character.isalnum():
            if character.isupper() and words and words[-1][-1:].islower():
                words.append("")
            if not words:
                words.append("")
            words[-1] += character
        elif words and words[-1]:
            words.append("")
    return "-".join(word.lower() for word in words if word) or "job"
