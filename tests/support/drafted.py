"""Drafts for tests: one in which nothing is wrong, and any that can be written."""

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import strategies as st

from gateway.domain.classification import Classification
from gateway.domain.drafts.content import Content, DraftItem
from gateway.domain.identifiers import AgencyId, AuthorityCode, RepresentativeId
from gateway.domain.protocol_terms import Condition, ConditionKind, ListedAgency, ReviewTerms
from gateway.domain.register import Method, PasswordChannel, Purpose

LEAD, HEALTH = AgencyId("tamariki-care"), AgencyId("te-rohe-health")
START = date(2027, 2, 1)


def sound(**changes: Any) -> Content:
    """A draft with every section; `changes` replaces some."""
    made = Content(
        name="Example protocol for tamariki",
        meeting_purpose="Plan together how a child is kept safe.",
        agencies=(
            ListedAgency(LEAD, "To lead the plan.", RepresentativeId("aroha-tauira")),
            ListedAgency(HEALTH, "To know of appointments.", RepresentativeId("hana-sample")),
        ),
        purposes=(
            Purpose("SAFETY-PLAN", "Agree a safety plan.", (AuthorityCode("OTA-66C"),)),
            Purpose("WIDER", "Support from others.", (AuthorityCode("IPP-11"),)),
        ),
        information=(
            DraftItem(
                HEALTH,
                "Dates of clinic appointments and whether they were kept",
                "Health appointments",
                Classification.IN_CONFIDENCE,
            ),
        ),
        recording="Only what an agency needs for its task.",
        secondary_use="None without asking a privacy officer.",
        engagement="Set with the example rūnanga.",
        conditions=(
            Condition(
                "HAPU-1",
                ConditionKind.ASKED_FIRST,
                "The kaumātua of the example hapū are asked first.",
                ("Health appointments",),
                (),
                "the example rūnanga",
                date(2026, 10, 1),
            ),
        ),
        before=Method("Encrypted pack by mail.", (PasswordChannel.TEXT,)),
        during=Method("Spoken."),
        after=Method("Requests under section 66C."),
        requirements=("Two people know where it is kept.",),
        restrictions=("Not on private devices.",),
        retention="Until the task is done.",
        transparency="Families are told in the first week.",
        privacy_statement="Use this only for the purpose it was sent for.",
        breaches="The lead agency is told at once.",
        conflicts="Whoever has one leaves the room.",
        review=ReviewTerms(12, LEAD, 30),
        in_force_from=START,
    )
    return replace(made, **changes)


_WORDS = st.sampled_from(("", "one", "two words", "three more words"))
_AGENCIES = st.sampled_from((LEAD, HEALTH, AgencyId("regional-police")))
_DAYS = st.dates(date(2026, 1, 1), date(2027, 1, 1))


def contents() -> st.SearchStrategy[Content]:
    """Anything that a draft may hold, from few words so that two are often alike in part."""
    methods = st.builds(
        Method,
        _WORDS,
        st.lists(st.sampled_from(PasswordChannel), unique=True, max_size=2).map(tuple),
    )
    lines = st.lists(st.sampled_from(("a", "b")), max_size=2).map(tuple)
    listed = st.builds(
        ListedAgency, _AGENCIES, _WORDS, st.none() | st.just(RepresentativeId("pat-tauira"))
    )
    purposes = st.builds(
        Purpose,
        st.sampled_from(("A", "B")),
        _WORDS,
        st.lists(st.sampled_from((AuthorityCode("OTA-66C"), AuthorityCode("NONE")))).map(tuple),
    )
    items = st.builds(
        DraftItem, _AGENCIES, _WORDS, _WORDS, st.none() | st.sampled_from(Classification)
    )
    conditions = st.builds(
        Condition,
        st.sampled_from(("C", "D")),
        st.sampled_from(ConditionKind),
        _WORDS,
        st.lists(_WORDS, max_size=2).map(tuple),
        st.lists(_AGENCIES, max_size=2).map(tuple),
        _WORDS,
        _DAYS,
    )
    return st.builds(
        Content,
        name=_WORDS,
        meeting_purpose=_WORDS,
        agencies=st.lists(listed, max_size=3).map(tuple),
        purposes=st.lists(purposes, max_size=3).map(tuple),
        information=st.lists(items, max_size=3).map(tuple),
        recording=_WORDS,
        conditions=st.lists(conditions, max_size=3).map(tuple),
        before=methods,
        during=methods,
        requirements=lines,
        restrictions=lines,
        privacy_statement=_WORDS,
        review=st.none() | st.builds(ReviewTerms, st.integers(-1, 90), _AGENCIES, st.just(30)),
        in_force_from=st.none() | _DAYS,
    )
