"""Model files as XML trees: nothing that a file names is fetched or put in its place, and a DOCTYPE is refused."""

from lxml import etree


class UnreadableModel(ValueError):
    """The file is no XML, or has a DOCTYPE."""


def model_root(content: bytes) -> etree._Element:
    """The outermost element. Raises `UnreadableModel`."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableModel(f"this is no XML: {error}") from error
    if root.getroottree().docinfo.doctype:
        raise UnreadableModel("a DOCTYPE is not accepted")
    return root
