"""Files as other modellers name and encode them."""

import re

from lxml import etree

_ENDINGS = (
    (re.compile(r"\.(bpmn20?|bpmn20?\.xml|bpmn\.xml|bpmn2)$", re.IGNORECASE), ".bpmn"),
    (re.compile(r"\.(dmn1[0-9]?|dmn1[0-9]?\.xml|dmn\.xml)$", re.IGNORECASE), ".dmn"),
)


def file_name(given: str) -> str:
    """`leave.bpmn20.xml` is `leave.bpmn` here; another name stays."""
    for ending, ours in _ENDINGS:
        if ending.search(given):
            return ending.sub(ours, given)
    return given


def as_text(content: bytes) -> str:
    """A file as text: UTF-8 with or without its mark, else what its XML declares. Raises `UnicodeDecodeError`."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            tree = etree.fromstring(content, parser).getroottree()
        except etree.XMLSyntaxError:
            tree = None
        if tree is None or tree.docinfo.internalDTD is not None:
            raise
        return str(etree.tostring(tree, encoding="unicode"))
