"""Documents of a pack: uploaded, labelled in one grid, taken out; and the pack discarded."""

import pytest
from web.driving import Api
from web.pages.packing import coordinator, fields_of, new_pack, upload
from web.pages.visiting import Visit, words_of


@pytest.fixture
async def visit(api: Api) -> Visit:
    """The lead agency's coordinator."""
    return await coordinator(api)


@pytest.fixture
async def pack(visit: Visit) -> str:
    """The address of a new pack."""
    return await new_pack(visit)


async def labels(visit: Visit, pack: str) -> dict[str, list[str]]:
    """The grid's fields as the page has them."""
    return fields_of((await visit.get(pack)).text, f"{pack}/labels")


async def test_labels_are_guessed_from_names(visit: Visit, pack: str) -> None:
    """With agency and classification of the protocol's row; nothing where no row fits."""
    await upload(visit, pack, ("health appointments.pdf", b"one"), ("scan.pdf", b"two"))
    fields = await labels(visit, pack)
    first, second = fields["document"]
    assert fields[f"row-{first}"] == ["te-rohe-health|Health appointments"]
    assert fields[f"row-{second}"] == [""]
    assert fields[f"classification-{first}"] == ["IN-CONFIDENCE"]
    assert f"children-{first}" not in fields
    assert "Nothing fitted its name." in words_of(await visit.get(pack))


async def test_all_labels_are_saved_at_once_and_checked_anew(visit: Visit, pack: str) -> None:
    """Titles, children, flags and endorsements."""
    await upload(visit, pack, ("care.pdf", b"one"), ("scan.pdf", b"two"))
    fields = await labels(visit, pack)
    first, second = fields["document"]
    del fields[f"personal-{second}"]
    changed = fields | {
        f"title-{first}": "Care – summary",
        f"children-{first}": ["child-7f3a", "child-9c2e"],
        f"row-{second}": "learning-office|Attendance",
        f"classification-{second}": "SENSITIVE",
        f"section66-{second}": "yes",
        f"endorsements-{second}": "medical, staff",
    }
    reply = await visit.follow(await visit.post(f"{pack}/labels", changed))
    assert "obtained by a demand under section 66 and may not be passed on" in words_of(reply)
    after = await labels(visit, pack)
    assert after[f"title-{first}"] == ["Care – summary"]
    assert after[f"children-{first}"] == ["child-7f3a", "child-9c2e"]
    assert after[f"row-{second}"] == ["learning-office|Attendance"]
    assert f"personal-{second}" not in after
    assert after[f"endorsements-{second}"] == ["MEDICAL, STAFF"]


async def test_wrong_labels_are_named_and_nothing_is_saved(visit: Visit, pack: str) -> None:
    """What was typed is shown again, beside what is wrong with it."""
    await upload(visit, pack, ("care.pdf", b"one"))
    fields = await labels(visit, pack)
    (document,) = fields["document"]
    wrong = fields | {
        f"title-{document}": "Typed <title>",
        f"classification-{document}": "NONE",
        f"endorsements-{document}": "§",
    }
    reply = await visit.post(f"{pack}/labels", wrong)
    assert reply.status == 422
    assert f'id="classification-{document}-error"' in reply.text
    assert f'id="endorsements-{document}-error"' in reply.text
    assert 'value="Typed &lt;title&gt;"' in reply.text
    assert (await labels(visit, pack))[f"title-{document}"] == ["care.pdf"]


@pytest.mark.parametrize("title", ["", "a/b", "x" * 300])
async def test_a_title_nobody_can_read_is_refused(visit: Visit, pack: str, title: str) -> None:
    """With the field it stands in."""
    await upload(visit, pack, ("care.pdf", b"one"))
    fields = await labels(visit, pack)
    (document,) = fields["document"]
    reply = await visit.post(f"{pack}/labels", fields | {f"title-{document}": title})
    assert reply.status == 422
    assert f'id="title-{document}-error"' in reply.text


async def test_what_cannot_be_taken_is_told_file_by_file(visit: Visit, pack: str) -> None:
    """The other files are there."""
    files = (("empty.pdf", b""), ("care.pdf", b"one"), ("a/b.pdf", b"two"))
    reply = await upload(visit, pack, *files)
    assert reply.status == 422
    assert "empty.pdf: The document is empty." in words_of(reply)
    assert len((await labels(visit, pack))["document"]) == 2 - ("a/b.pdf: " in words_of(reply))


async def test_too_much_is_told_and_what_went_before_is_kept(visit: Visit, pack: str) -> None:
    """One document too large, and one too many."""
    reply = await upload(visit, pack, ("care.pdf", b"one"), ("large.pdf", b"x" * 3_000_001))
    assert reply.status == 413
    assert "large.pdf: A document may have at most 3,000,000 bytes." in words_of(reply)
    assert len((await labels(visit, pack))["document"]) == 1
    many = await upload(visit, pack, *[(f"care {n}.pdf", b"x") for n in range(6)])
    assert "A pack holds at most 6 documents." in words_of(many)
    assert len((await labels(visit, pack))["document"]) == 6


async def test_no_file_is_told(visit: Visit, pack: str) -> None:
    """As a browser sends it when nothing was chosen, and with no part at all."""
    for files in ((), (("", b""),)):
        reply = await upload(visit, pack, *files)
        assert reply.status == 422
        assert 'id="file-error"' in reply.text


async def test_an_upload_needs_the_forms_token(visit: Visit, pack: str) -> None:
    """In its first part, or as a header; nothing is kept of one without."""
    for csrf in ("", "0" * 64):
        for header in (False, True):
            reply = await upload(visit, pack, ("a.pdf", b"x"), csrf=csrf or " ", header=header)
            assert reply.status == 403
    assert "There are no documents" in words_of(await visit.get(pack))


async def test_the_pages_script_gets_a_short_answer_for_each_file(visit: Visit, pack: str) -> None:
    """A status where it was taken, else the problem as a page."""
    assert (await upload(visit, pack, ("care.pdf", b"one"), header=True)).status == 201
    refused = await upload(visit, pack, ("care.pdf", b""), header=True)
    assert refused.status == 422
    assert "The document is empty." in words_of(refused)


async def test_a_document_is_taken_out(visit: Visit, pack: str) -> None:
    """By the button of its row, which sends the grid along."""
    await upload(visit, pack, ("care.pdf", b"one"), ("scan.pdf", b"two"))
    fields = await labels(visit, pack)
    gone, kept = fields["document"]
    reply = await visit.post(f"{pack}/documents/{gone}/removal", fields)
    assert reply.headers["Location"] == f"{pack}?said=removed"
    assert (await labels(visit, pack))["document"] == [kept]
    again = await visit.post(f"{pack}/documents/{gone}/removal", fields)
    assert again.status == 404
    stale = await visit.post(f"{pack}/labels", fields)
    assert stale.status == 303  # the row of a document that is gone is passed over


async def test_a_pack_is_discarded_once_confirmed(visit: Visit, pack: str) -> None:
    """Afterwards there is none."""
    unsure = await visit.post(f"{pack}/discard")
    assert unsure.status == 422
    assert "Tick the box to confirm." in words_of(unsure)
    assert "Discard this pack?" in words_of(await visit.get(f"{pack}/discard"))
    done = await visit.post(f"{pack}/discard", {"sure": "yes"})
    assert done.headers["Location"] == "/coordinator?said=discarded"
    assert (await visit.get(pack)).status == 404
