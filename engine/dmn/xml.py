"""Bytes to XML elements: refuses what an attacker would send, knows the namespaces of DMN 1.1 to 1.6."""

from collections.abc import Iterator

from lxml import etree

from engine.dmn.findings import Finding, InvalidDmn

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 200

# Namespace of the model -> version of the standard.
VERSIONS = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
    "https://www.omg.org/spec/DMN/20240513/MODEL/": "1.6",
}

type Element = etree._Element  # noqa: SLF001 - lxml has no public name for the type of its elements.


def parse_xml(content: bytes, resource_name: str) -> Element:
    """The root `definitions` of a DMN file."""

    def refuse(message: str, line: int = 0) -> InvalidDmn:
        return InvalidDmn([Finding(resource_name=resource_name, message=message, line=line)])

    if len(content) > MAX_BYTES:
        raise refuse(f"the file has {len(content)} bytes; the limit is {MAX_BYTES}")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise refuse(f"not well-formed XML: {error.msg}", error.lineno or 0) from error
    except ValueError as error:
        raise refuse(f"not readable as XML: {error}") from error
    if root.getroottree().docinfo.doctype:
        raise refuse("a DOCTYPE is refused; remove it")
    if local_name(root) != "definitions" or namespace_of(root) not in VERSIONS:
        raise refuse(f"not a DMN 1.1 to 1.6 file: its root is {root.tag}", root.sourceline or 0)
    if _depth(root) > MAX_DEPTH:
        raise refuse(f"elements are nested deeper than {MAX_DEPTH}")
    return root


def _depth(root: Element) -> int:
    deepest = depth = 0
    for event, _element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def local_name(element: Element) -> str:
    """The tag without its namespace."""
    return str(element.tag).rpartition("}")[2]


def namespace_of(element: Element) -> str:
    """The namespace of the tag."""
    return str(element.tag)[1:].rpartition("}")[0]


def children(element: Element, *names: str) -> Iterator[Element]:
    """The DMN child elements, or those of these names; elements of other vocabularies are skipped."""
    for child in element:
        if isinstance(child.tag, str) and namespace_of(child) in VERSIONS and (not names or local_name(child) in names):
            yield child


def child(element: Element, *names: str) -> Element | None:
    """The first of these children."""
    return next(children(element, *names), None)


def attribute(element: Element, name: str) -> str:
    """The attribute, empty where it is not written."""
    return str(element.get(name) or "").strip()


def text_of(element: Element | None) -> str:
    """The text of an element, empty where there is none."""
    return "" if element is None else "".join(element.itertext()).strip()


def line_of(element: Element) -> int:
    """The line of an element in its file."""
    return int(element.sourceline or 0)
