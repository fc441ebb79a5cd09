"""OCSF exports of the log, held against the published schema."""

import functools
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.audit.entries import Action, Entry, Origin, Outcome
from gateway.forms.exports import Format, exporter
from gateway.forms.exports.ocsf_classes import (
    CATEGORIES,
    KINDS,
    OTHER_ACTIVITY,
    SCHEMA_VERSION,
    EventClass,
    kind_of,
)

jsonschema = pytest.importorskip("jsonschema")
ocsf = pytest.importorskip("ocsf_json_schema", reason="the published OCSF schema is not installed")

_ORIGIN = "log.gateway.example"
_AT = datetime(2026, 12, 1, 9, 30, 0, 7000, tzinfo=UTC)
_MILLISECONDS = 1_796_117_400_007
_PERSON, _RECIPIENT = "5f" * 16, "6a" * 16
_DIGEST = "ab" * 32
_ABOUT = {
    "transfer": "01JT",
    "reference": "AB-1234",
    "pack": "01JP",
    "meeting": "m-1",
    "recipient": _RECIPIENT,
}
_SUBJECTS: Mapping[str, Any] = {  # by the first word of an action
    "register": {},
    "request": {},
    "service": {},
    "log": {},
    "token": {"token": "01JK"},
    "pack": {"pack": "01JP", "meeting": "m-1"},
    "document": {"pack": "01JP", "meeting": "m-1", "document": "01JF"},
}
_DETAILS: Mapping[str, Any] = {
    "register.imported": {"file_sha256": _DIGEST, "unchanged": 3, "added": {"people": ["a"]}},
    "request.refused": {"operation": "send_pack", "problem": "Forbidden", "field": None},
    "document.added": {"sha256": _DIGEST, "size_bytes": 12, "label": {"children": ["7b"]}},
    "document.withheld": {"rules": ["r-1"]},
    "transfer.mailing": {"attempt": 1, "message_id": "01jt@gateway.example", "state": "sealed"},
    "transfer.mailed": {"sha256": _DIGEST, "reply": "250 OK", "state": "mailed"},
    "transfer.failed": {"reason": "550 no such user", "state": "failed", "during": "sealed"},
    "log.witness-refused": {"witness": "witness.example"},
    "log.witness-resumed": {"witness": "witness.example"},
}


def _leaf(
    action: Action,
    outcome: Outcome = Outcome.SUCCESS,
    *,
    actor: Mapping[str, Any] | None = None,
    subject: Any = None,
    detail: Any = None,
    agency: str | None = "lead",
) -> bytes:
    return Entry(
        uid="01JDUID",
        at=_AT,
        action=action,
        outcome=outcome,
        agency=agency,
        actor=actor or _actor(),
        subject=_SUBJECTS.get(action.value.partition(".")[0], _ABOUT)
        if subject is None
        else subject,
        origin=Origin("gateway-1", "0.1.0"),
        detail=_DETAILS.get(action.value, {}) if detail is None else detail,
    ).leaf()


def _actor(**members: Any) -> dict[str, Any]:
    person: dict[str, Any] = {
        "kind": "person",
        "role": "coordinator",
        "agency": "lead",
        "person": _PERSON,
        "source": "2001:db8::7",
        "token": "01JK",
    }
    return person | members


def _event(leaf: bytes, names: Mapping[str, str] | None = None) -> dict[str, Any]:
    row = exporter(Format.OCSF, _ORIGIN).row(41, leaf, names or {})
    assert row.count(b"\n") == 1
    event: dict[str, Any] = json.loads(row)
    return event


@functools.cache
def _published() -> Any:
    return ocsf.get_ocsf_schema(version=SCHEMA_VERSION)


@functools.cache
def _validator(class_uid: int) -> Any:
    schemas = ocsf.OcsfJsonSchemaEmbedded(_published())
    name = schemas.lookup_class_name_from_uid(class_uid)
    schema = schemas.get_class_schema(name, profiles=["host"])
    return jsonschema.Draft202012Validator(schema)


def _require_valid(event: dict[str, Any]) -> None:
    """The published schema takes the event, and its numbers agree with each other."""
    problems = [error.message for error in _validator(event["class_uid"]).iter_errors(event)]
    assert problems == []
    assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
    assert event["category_uid"] == event["class_uid"] // 1000


def test_every_action_is_mapped() -> None:
    """An action that is added to the log must be given an event class here."""
    assert {action.value for action in Action} - set(KINDS) == set()


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("action", list(Action))
def test_every_action_gives_an_event_that_the_schema_takes(
    action: Action, outcome: Outcome
) -> None:
    """With all that the class requires, and no attribute that it does not know."""
    leaf = _leaf(action, outcome)
    event = _event(leaf, {_PERSON: "Ngaio Sample"})
    _require_valid(event)
    assert event["class_uid"] != EventClass.BASE.value
    assert event["time"] == _MILLISECONDS
    assert event["status_id"] == {"success": 1, "failure": 2, "unknown": 0}[outcome.value]
    metadata = event["metadata"]
    assert (metadata["uid"], metadata["sequence"]) == ("01JDUID", 41)
    assert (metadata["log_name"], metadata["tenant_uid"]) == (_ORIGIN, "lead")
    assert metadata["event_code"] == action.value
    assert event["raw_data_hash"]["value"] == hashlib.sha256(leaf).hexdigest()


@pytest.mark.parametrize("event_class", list(EventClass))
def test_names_are_those_of_the_published_schema(event_class: EventClass) -> None:
    """Classes, categories and activities are called what the schema calls them."""
    schemas = ocsf.OcsfJsonSchema(_published())
    name = schemas.lookup_class_name_from_uid(event_class.value)
    published = _published()["classes"][name]
    assert event_class.caption == published["caption"]
    assert CATEGORIES[event_class.category] == published.get("category_name", "Uncategorized")
    activities = published["attributes"]["activity_id"]["enum"]
    for kind in KINDS.values():
        if kind.event is event_class and kind.activity != OTHER_ACTIVITY:
            assert activities[str(kind.activity)]["caption"] == kind.name


def test_an_action_nobody_knows_is_a_base_event() -> None:
    """A later gateway's action is handed on, whole, as of class 0 and activity Other."""
    leaf = _leaf(Action.PACK_SENT).replace(b'"pack.sent"', b'"pack.blessed"')
    event = _event(leaf)
    _require_valid(event)
    assert (event["class_uid"], event["activity_id"]) == (0, OTHER_ACTIVITY)
    assert event["activity_name"] == event["metadata"]["event_code"] == "pack.blessed"
    assert kind_of("") is kind_of("pack.blessed")


def test_an_entry_of_an_unknown_schema_is_a_base_event_that_holds_it() -> None:
    """Nothing is said of members whose meaning may have changed, and nothing is lost."""
    leaf = _leaf(Action.PACK_SENT).replace(b'"v":1', b'"v":99')
    event = _event(leaf)
    _require_valid(event)
    assert event["class_uid"] == 0
    assert event["unmapped"]["entry"] == json.loads(leaf)


@pytest.mark.parametrize("leaf", [b"", b"not JSON", b"\xff", b"[]", b'{"v":1}', b'{"v":1,"at":3}'])
def test_a_leaf_without_members_still_gives_a_valid_event(leaf: bytes) -> None:
    """What cannot be read is said as unknown, at time 0."""
    event = _event(leaf)
    _require_valid(event)
    assert (event["time"], event["status_id"]) == (0, 0)


@pytest.mark.parametrize("action", list(Action))
def test_missing_fields_still_give_a_valid_event(action: Action) -> None:
    """Every class has what it requires, whatever the entry lacks."""
    bare = {"kind": "service", "person": None, "source": ""}
    _require_valid(_event(_leaf(action, actor=bare, subject={}, detail={}, agency=None)))


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@settings(max_examples=60)
@given(st.sampled_from(list(Action)), st.data())
def test_any_text_in_any_field_gives_a_valid_event(action: Action, data: st.DataObject) -> None:
    """Whatever stands where identifiers, digests, sources and sizes are expected."""
    value = _TEXT | st.integers(-(2**53) + 1, 2**53 - 1) | st.none()
    names = ["transfer", "reference", "recipient", "document", "token", "sha256", "size_bytes"]
    names += ["message_id", "reason", "problem", "operation", "witness"]
    anything = st.dictionaries(st.sampled_from(names), value)
    who = _actor(**data.draw(st.dictionaries(st.sampled_from(["kind", "source", "person"]), value)))
    subject, detail, agency = data.draw(anything), data.draw(anything), data.draw(_TEXT)
    leaf = _leaf(action, actor=who, subject=subject, detail=detail, agency=agency)
    event = _event(leaf)
    _require_valid(event)
    held = event.get("unmapped", {})
    assert held.get("detail", {}) == detail
    assert held.get("subject", {}) == subject


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("192.0.2.7", {"ip": "192.0.2.7"}),
        ("2001:db8::7", {"ip": "2001:db8::7"}),
        ("command line", {"name": "command line"}),
        ("worker", {"name": "worker"}),
        ("192.0.2.7 ", {"name": "192.0.2.7 "}),
    ],
)
def test_only_an_address_is_given_as_an_address(source: str, expected: dict[str, str]) -> None:
    """Other sources are names."""
    event = _event(_leaf(Action.REQUEST_REFUSED, actor=_actor(source=source)))
    assert event["src_endpoint"] == expected


def test_a_person_is_a_pseudonym_with_the_present_name_beside_it() -> None:
    """The name is there only while the register has it; the pseudonym always."""
    leaf = _leaf(Action.PACK_SENT)
    known = _event(leaf, {_PERSON: "Ngaio Sample"})["actor"]["user"]
    assert (known["uid"], known["full_name"], known["org"]) == (
        _PERSON,
        "Ngaio Sample",
        {"uid": "lead"},
    )
    assert "full_name" not in _event(leaf)["actor"]["user"]


@pytest.mark.parametrize(
    ("who", "type_id"),
    [
        (_actor(), 1),
        (_actor(role="administrator"), 2),
        (_actor(kind="operator", person=None), 2),
        (_actor(kind="recipient", person=None), 1),
        (_actor(kind="service", person=None), 4),
        (_actor(kind="ghost", person=None), 0),
    ],
)
def test_kinds_of_actors_are_told_apart(who: dict[str, Any], type_id: int) -> None:
    """As the schema's types of users; one without a person is named for its kind."""
    user = _event(_leaf(Action.PACK_SENT, actor=who))["actor"]["user"]
    assert user["type_id"] == type_id
    assert user.get("name") == (None if who["person"] else who["kind"])


@pytest.mark.parametrize(
    ("action", "to"),
    [
        (Action.TRANSFER_MAILING, f"{_RECIPIENT}@recipient.invalid"),
        (Action.TRANSFER_MAILED, f"{_RECIPIENT}@recipient.invalid"),
        (Action.NOTICE_SENT, "lead@agency.invalid"),
    ],
)
def test_a_mail_has_a_stand_in_for_its_address(action: Action, to: str) -> None:
    """The schema wants one, and the log has none: the domain can never be mailed to."""
    event = _event(_leaf(action))
    assert event["email"]["to"] == [to]
    assert event["email"]["uid"] == event["metadata"]["correlation_uid"] == "01JT"
    _require_valid(event)


def test_a_mail_is_found_by_its_message_id() -> None:
    """The same that the message's own header has."""
    assert _event(_leaf(Action.TRANSFER_MAILING))["email"]["message_uid"] == "01jt@gateway.example"


def test_a_document_is_known_by_reference_and_digest() -> None:
    """Without the name of a file, which the log does not hold."""
    file = _event(_leaf(Action.DOCUMENT_ADDED))["file"]
    assert (file["name"], file["uid"], file["size"]) == ("01JF", "01JF", 12)
    assert file["hashes"] == [{"algorithm": "SHA-256", "algorithm_id": 3, "value": _DIGEST}]


def test_what_closes_a_finding_names_what_opened_it() -> None:
    """A witness that cosigns again ends the alarm that its refusal raised."""
    opened = KINDS["log.witness-refused"], "log.witness-refused"
    closed = KINDS["log.witness-resumed"], "log.witness-resumed"
    findings = []
    for kind, action in (opened, closed):
        leaf = _leaf(Action.LOG_READ, detail={"witness": "witness.example"})
        event = _event(leaf.replace(b'"log.read"', f'"{action}"'.encode()))
        assert event["severity_id"] == kind.severity
        findings.append(event["finding_info"]["uid"])
    assert findings[0] == findings[1]


def test_a_reason_is_the_status_s_detail() -> None:
    """Why something failed can be read without opening what is not mapped."""
    event = _event(_leaf(Action.TRANSFER_FAILED, Outcome.FAILURE))
    assert (event["status"], event["status_detail"]) == ("Failure", "550 no such user")
