"""The contents page: what it says, that it is accessible, and that values cannot break out."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.domain.errors import InvalidInput
from gateway.domain.secret import Secret
from gateway.sealing.contents import ContentsRenderer
from gateway.services.ports import ContentsPage, ContentsRow


class Reader(HTMLParser):
    """Collects the elements, their attributes, and the text in order."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.texts: list[str] = []
        self.feed(html.decode("utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element and its attributes."""
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_data(self, data: str) -> None:
        """Note text that is not only white space."""
        if data.strip():
            self.texts.append(data)

    @property
    def text(self) -> str:
        """All text, in order."""
        return " ".join(self.texts)


def read(page: ContentsPage) -> Reader:
    return Reader(ContentsRenderer().render(page))


def test_the_page_says_everything_it_was_given(page: ContentsPage) -> None:
    """Every value reaches the reader, the code and letters with macrons included."""
    text = read(page).text
    for value in (
        page.reference,
        page.meeting,
        page.sender_agency,
        page.contact,
        page.authority,
        page.privacy_statement,
        page.statement,
        *page.consultations,
        page.acknowledgement_code.reveal(),
        page.acknowledge_at,
    ):
        assert value is not None
        assert value in text
    for row in page.rows:
        for value in (row.name, row.title, row.classification, row.category, row.source_agency):
            assert value in text


def test_the_marking_stands_first_and_last(page: ContentsPage) -> None:
    """A marking is read at the top and at the bottom, and the reader is told to handle by it."""
    html = ContentsRenderer().render(page).decode("utf-8")
    body = Reader(html[html.index("<body>") :].encode())
    assert body.texts[0] == page.marking
    assert body.texts[-1] == page.marking
    assert "The receiving agency must handle" in body.text


def test_the_page_is_accessible_in_structure(page: ContentsPage) -> None:
    """Language, title, landmarks, headings without gaps, and a table whose headers have scope."""
    reader = read(page)
    assert ("html", "lang", "en-NZ") in reader.attributes
    assert reader.tags.count("title") == reader.tags.count("h1") == reader.tags.count("main") == 1
    assert "h3" not in reader.tags
    assert "caption" in reader.tags
    scopes = [value for tag, name, value in reader.attributes if (tag, name) == ("th", "scope")]
    assert scopes == ["col"] * 5 + ["row"] * len(page.rows)
    assert reader.tags.count("th") == len(scopes)


def test_nothing_is_run_or_fetched(page: ContentsPage) -> None:
    """The page has no script, loads nothing, and links to nothing but the gateway."""
    reader = read(page)
    forbidden = {"script", "link", "img", "iframe", "object", "embed", "form", "base", "svg"}
    assert forbidden.isdisjoint(reader.tags)
    names = {name for _, name, _ in reader.attributes}
    assert not any(name.startswith("on") for name in names)
    assert names.isdisjoint({"src", "srcset", "style", "background"})
    links = [value for _, name, value in reader.attributes if name == "href"]
    assert links == [page.acknowledge_at]
    html = ContentsRenderer().render(page)
    assert b"url(" not in html
    assert b"@import" not in html


def test_without_links_the_code_goes_to_the_contact(page: ContentsPage) -> None:
    """Where links are switched off, the page asks to give the code to the contact."""
    reader = read(replace(page, acknowledge_at=None))
    assert "Give the code to the contact" in reader.text
    assert page.acknowledgement_code.reveal() in reader.text
    assert "a" not in reader.tags


def test_parts_that_are_not_there_leave_no_heading(page: ContentsPage) -> None:
    """Without statement, consultation or documents the page says so or says nothing."""
    text = read(replace(page, statement=None, consultations=(), rows=())).text
    assert "reasonable belief" not in text
    assert "Consultation" not in text
    assert "This archive holds no documents." in text


def test_conditions_on_maori_data_go_with_the_pack(page: ContentsPage) -> None:
    """Each in a line; without any there is no heading for them."""
    assert "Māori data" not in read(page).text
    text = read(replace(page, conditions=("Kept on the <marae>.", "Returned by June."))).text
    assert "Conditions on Māori data" in text
    assert "Kept on the <marae>." in text
    assert "Returned by June." in text


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//x.example", ""])
def test_an_address_that_is_not_of_the_web_is_refused(page: ContentsPage, address: str) -> None:
    """The one link of the page can never become code."""
    with pytest.raises(InvalidInput):
        ContentsRenderer().render(replace(page, acknowledge_at=address))


NASTY = st.sampled_from(
    ["</td><script>alert(1)</script>", '"><img src=x onerror=y>', "{{ page }}", "&lt;", "<!--", "'"]
)


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(value=NASTY | st.text(st.characters(exclude_categories=["C"]), min_size=1))
def test_no_value_adds_or_removes_an_element(page: ContentsPage, value: str) -> None:
    """Whatever a value holds, it is read as text and the structure stays the same."""
    filled = replace(
        page,
        reference=value,
        marking=value,
        meeting=value,
        sender_agency=value,
        contact=value,
        authority=value,
        privacy_statement=value,
        rows=(ContentsRow(value, value, value, value, value),) * 2,
        statement=value,
        consultations=(value,),
        acknowledgement_code=Secret(value),
        acknowledge_at="https://gateway.agency.example/?" + value.replace("[", "").replace("]", ""),
    )
    reader = read(filled)
    assert reader.tags == read(page).tags
    assert value in reader.text or not value.strip()
    assert [name for _, name, _ in reader.attributes] == [
        name for _, name, _ in read(page).attributes
    ]
