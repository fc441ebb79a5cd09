"""Where links lead."""

import pytest

from gateway.inspection.links import leads_elsewhere, starts_something


@pytest.mark.parametrize(
    "target",
    [
        *("https://www.govt.nz", "HTTP://a.example", "mailto:a@b.example", "tel:+6441234567"),
        *("a.docx", "#start", "", r"S:\plans\a.docx", r"\\server\share", "a.example:8080/b"),
        *("localhost:80", "file:///S:/a.docx", "see page 3: below"),
    ],
)
def test_a_link_a_person_follows_starts_nothing(target: str) -> None:
    """Pages, mailboxes, telephones, files and words that are no link."""
    assert not starts_something(target)


@pytest.mark.parametrize(
    "target",
    ["javascript:1", " JavaScript:1", "java\nscript:1", "ms-msdt:/id", "search-ms:x", "vbscript:1"],
)
def test_any_other_scheme_starts_something(target: str) -> None:
    """What is not known is not trusted."""
    assert starts_something(target)


def test_an_address_of_its_own_leads_elsewhere() -> None:
    """As shares of other machines do."""
    assert leads_elsewhere("https://a.example")
    assert leads_elsewhere(r"\\server\share\a.dotm")
    assert not leads_elsewhere("media/image1.png")
    assert not leads_elsewhere("../media/image1.png")
