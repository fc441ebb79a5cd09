"""From a draft to a version of the protocol, and from a version to the draft of the next."""

from datetime import date

from gateway.domain.drafts.content import Content, DraftItem
from gateway.domain.drafts.states import ProtocolDraft
from gateway.domain.errors import Conflict, InvalidInput
from gateway.domain.protocol_terms import Terms
from gateway.domain.register import InformationItem, Protocol


def completed(draft: ProtocolDraft) -> Protocol:
    """The version that a vetted draft becomes: with all its sections, and no signature yet.

    Raises:
        Conflict: nobody has vetted it.
        InvalidInput: a part is missing without which there is no protocol; `checks` finds more.
    """
    content, vetting = draft.content, draft.vetting
    if vetting is None:
        raise Conflict("Nobody has vetted this draft.", "Have it vetted first.")
    start, review = content.in_force_from, content.review
    if start is None or review is None:
        raise InvalidInput(
            "A day is missing: that of coming into force, or the review.", "See the findings."
        )
    return Protocol(
        id=draft.protocol,
        version=draft.version,
        name=content.name,
        lead_agency=draft.lead_agency,
        purposes=content.purposes,
        signatures=(),
        in_force_from=start,
        review_due=months_after(start, review.every_months),
        information=tuple(_item(row) for row in content.information),
        before=content.before,
        during=content.during,
        after=content.after,
        privacy_statement=content.privacy_statement,
        terms=Terms(
            meeting_purpose=content.meeting_purpose,
            agencies=content.agencies,
            recording=content.recording,
            secondary_use=content.secondary_use,
            engagement=content.engagement,
            conditions=content.conditions,
            requirements=content.requirements,
            restrictions=content.restrictions,
            retention=content.retention,
            transparency=content.transparency,
            breaches=content.breaches,
            conflicts=content.conflicts,
            review=review,
            vetting=vetting,
        ),
    )


def content_of(version: Protocol, day: date) -> Content:
    """What the draft of a next version begins with: all that this one says on `day`.

    The day of coming into force is left blank. Who joined since is listed, who left is not.
    """
    terms = version.terms
    known = Content(
        name=version.name,
        purposes=version.purposes,
        information=tuple(
            DraftItem(row.agency, row.item, row.category, row.classification)
            for row in version.information
        ),
        before=version.before,
        during=version.during,
        after=version.after,
        privacy_statement=version.privacy_statement,
    )
    if terms is None:
        return known
    return Content(
        name=known.name,
        meeting_purpose=terms.meeting_purpose,
        agencies=version.listed_on(day),
        purposes=known.purposes,
        information=known.information,
        recording=terms.recording,
        secondary_use=terms.secondary_use,
        engagement=terms.engagement,
        conditions=terms.conditions,
        before=known.before,
        during=known.during,
        after=known.after,
        requirements=terms.requirements,
        restrictions=terms.restrictions,
        retention=terms.retention,
        transparency=terms.transparency,
        privacy_statement=known.privacy_statement,
        breaches=terms.breaches,
        conflicts=terms.conflicts,
        review=terms.review,
    )


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the month's last where that has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in range(day.day, 27, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return date(year, month + 1, day.day)


def _item(row: DraftItem) -> InformationItem:
    if row.classification is None:
        raise InvalidInput(
            "An item of information has no classification.",
            "See the findings.",
            field="information",
        )
    return InformationItem(row.agency, row.item, row.category, row.classification)
