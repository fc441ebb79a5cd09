"""Reading XML that nobody vouches for: no document type, no entities, no network, bounded depth."""

from lxml import etree

from gateway.domain.inspection import Kind
from gateway.inspection.errors import NotReadable

_LONGEST_BYTES = 64 * 1024 * 1024  # of one part
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))


def parse(data: bytes, where: str = "") -> etree._Element:
    """The root element of a part.

    Any document type is refused: no office file needs one, and entities are how a small file
    becomes a large one, or reads another file (CWE-776, CWE-611).

    Raises:
        NotReadable: it has a document type, is no XML, or is too long.
    """
    if len(data) > _LONGEST_BYTES:
        raise NotReadable(Kind.TOO_MUCH, "a part of more than 64 MB", where)
    if any(doctype in data for doctype in _DOCTYPES):
        raise NotReadable(Kind.ENTITY, "a document type in XML", where)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotReadable(Kind.MALFORMED, "a part that is not well-formed XML", where) from error
    if root.getroottree().docinfo.doctype:
        raise NotReadable(Kind.ENTITY, "a document type in XML", where)
    return root


def serialised(root: etree._Element) -> bytes:
    """A part as bytes again, in UTF-8 with its declaration."""
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return data
