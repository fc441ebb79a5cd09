"""The table of forms: what its loader refuses, and what `gateway policy check` finds in it."""

from collections.abc import Callable
from pathlib import Path

import docx
import pytest

from gateway.app.policies import check_policies
from gateway.domain.errors import InvalidInput
from gateway.policy import Bundle, load_bundle

Rewrite = Callable[[str, str, str], Path]
TABLE = "requests.toml"


def told(directory: Path) -> str:
    """What is wrong with a bundle that does not load."""
    with pytest.raises(InvalidInput) as caught:
        load_bundle(directory)
    return "; ".join(f"{p.message}: {p.remedy}" for p in caught.value.problems)


def test_wording_of_duty_belongs_to_the_authorities_that_lay_one_down(bundle: Bundle) -> None:
    """The form of section 66 has none to find, the others have."""
    duties = {code: bool(form.duty) for code, form in bundle.forms.items()}
    assert duties == {"OTA-66C": True, "OTA-66": False, "FVA-20": True}


@pytest.mark.parametrize("said", ["You must answer this.", "It is required by law."])
def test_a_statement_that_lays_a_duty_on_the_holder_is_refused(
    rewritten: Rewrite, said: str
) -> None:
    """Where the Act says may; the form and the wording are named."""
    old = "Before disclosing, the holder informs"
    faults = told(rewritten(TABLE, old, f"{said} {old}"))
    assert "'OTA-66C'" in faults
    assert "this Act only lets a holder disclose" in faults


def test_the_demand_of_section_66_may_say_that_it_is_one(rewritten: Rewrite) -> None:
    """Its Act lays a duty down."""
    load_bundle(rewritten(TABLE, "This is a demand under section 66.", "You must answer this."))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"must answer"', '"Must answer"', "'Must answer' would never be found"),
        ('"entirety"', '"entir\u0113ty"', "would never be found"),
        ("longest_years = 10", "longest_years = 0", "longest_years"),
        ("furthest_due_days = 370", "furthest_due_days = 0", "furthest_due_days"),
        ('["family violence agency"', '["family agency"', "standings"),
    ],
)
def test_a_table_that_cannot_work_is_refused(
    rewritten: Rewrite, old: str, new: str, fault: str
) -> None:
    """A wording nobody could write, a limit of nothing, a standing no statute has."""
    assert fault in told(rewritten(TABLE, old, new))


def test_a_template_that_lays_a_duty_on_the_holder_fails_the_check(copied: Path) -> None:
    """In the Word document and in the PDF's source; section 66 may say so."""
    for name in ("section-66c", "section-66"):
        path = copied / "templates" / f"{name}.docx"
        opened = docx.Document(str(path))
        opened.add_paragraph("You are required to answer within five days.")
        opened.save(str(path))
    failures = [f for f in check_policies(copied).failures if "only lets" in f]
    assert len(failures) == 1
    assert failures[0].startswith("templates/section-66c.docx: for 'OTA-66C'")
    source = copied / "templates" / "request.typ"
    source.write_text(source.read_text("utf-8").replace("About the answer", "You must answer"))
    failures = [f for f in check_policies(copied).failures if "only lets" in f]
    assert any(f.startswith("templates/request.typ: for 'FVA-20'") for f in failures)
