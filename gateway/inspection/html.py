"""The HTML of mails: its words, and what it would fetch or run when it is shown."""

import re

from lxml import etree
from lxml import html as lxml_html

from gateway.domain.inspection import Kind
from gateway.inspection.gathering import Gathering
from gateway.inspection.passages import Place

_SILENT = ("script", "style", "head", "title")
_RUNS = {"script", "object", "embed", "applet", "iframe", "frame"}
_BLOCKS = ("p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "blockquote")
_CELLS = ("td", "th")
_REMOTE = re.compile(r"\s*(?:https?:|ftp:|file:|//|\\\\)", re.IGNORECASE)
_CSS_REMOTE = re.compile(r"(?:url\(|@import)\s*['\"]?\s*(?:https?:|//|\\\\|file:)", re.IGNORECASE)
_FETCHED = ("src", "background", "srcset", "poster", "data", "lowsrc", "dynsrc")


def read(text: str, where: str, into: Gathering) -> None:
    """Read the words of a mail's HTML, and find what it fetches or runs."""
    if not text.strip():
        return
    try:
        root = lxml_html.document_fromstring(text.encode("utf-8"), parser=_parser())
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        into.found(Kind.PART_UNREAD, where, "its words cannot be read")
        return
    _active(root, where, into)
    hidden: list[str] = []
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag in _BLOCKS:
            element.tail = "\n" + (element.tail or "")
        elif isinstance(element.tag, str) and element.tag in _CELLS:
            element.tail = "\t" + (element.tail or "")
        elif element.tag is etree.Comment and element.text:
            hidden.append(element.text)
    for element in root.xpath("|".join(f"//{name}" for name in _SILENT)):
        element.text = ""
    into.words(str(root.text_content()), where)
    into.words("\n".join(hidden), where, Place.HIDDEN)


def _parser() -> lxml_html.HTMLParser:
    return lxml_html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)


def _active(root: lxml_html.HtmlElement, where: str, into: Gathering) -> None:
    runs = fetches = False
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        runs = runs or element.tag in _RUNS
        for key, value in element.attrib.items():
            runs = runs or key.startswith("on") or value.strip().lower().startswith("javascript:")
            fetches = fetches or (key in _FETCHED and bool(_REMOTE.match(value)))
            fetches = fetches or (key == "style" and bool(_CSS_REMOTE.search(value)))
        if element.tag == "link" and "stylesheet" in (element.get("rel") or "").lower():
            fetches = fetches or bool(_REMOTE.match(element.get("href") or ""))
        if element.tag == "style":
            fetches = fetches or bool(_CSS_REMOTE.search(element.text or ""))
    if runs:
        into.found(Kind.SCRIPT, where, "a web page in a mail, with something that runs")
    if fetches:
        into.found(Kind.EXTERNAL, where, "pictures of a mail that are fetched when it is shown")
