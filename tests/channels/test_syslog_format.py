"""An entry stands in a syslog message exactly, under a header that any receiver can read."""

import json
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.entries import Action, Entry, Origin, Outcome
from gateway.channels.syslog_format import BYTE_ORDER_MARK, SD_ID, escaped, frame, message
from gateway.services.forwarding import Record

LOG = "gateway.lead.example/log"

# RFC 5424 section 6, written down anew: SYSLOG-MSG = HEADER SP STRUCTURED-DATA [SP MSG]
VISIBLE = r"[\x21-\x7e]"
DATE = r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
TIME = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)"
NAME = r"[\x21\x23-\x3c\x3e-\x5c\x5e-\x7e]{1,32}"
VALUE = r'(?:[^"\\\]]|\\["\\\]])*'
ELEMENT = rf'\[{NAME}(?: {NAME}="{VALUE}")*\]'
SYSLOG = re.compile(
    rf"<(?P<priority>0|[1-9]\d{{0,2}})>(?P<version>[1-9]\d{{0,2}}) "
    rf"(?P<time>-|{DATE}T{TIME}) (?P<host>{VISIBLE}{{1,255}}) (?P<application>{VISIBLE}{{1,48}}) "
    rf"(?P<process>{VISIBLE}{{1,128}}) (?P<id>{VISIBLE}{{1,32}}) "
    rf"(?P<data>-|(?:{ELEMENT})+)(?: (?P<text>.*))?",
    re.DOTALL | re.ASCII,
)


def parsed(text: bytes) -> dict[str, str]:
    """The parts of a message; bytes that are no UTF-8 become surrogates."""
    found = SYSLOG.fullmatch(text.decode(errors="surrogateescape"))
    assert found is not None
    return found.groupdict()


def parameters(data: str) -> dict[str, str]:
    """The parameters of structured data with one element, unescaped by a scanner of its own."""
    pairs = re.findall(rf' ({NAME})="({VALUE})"', data)
    return {name: re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL) for name, value in pairs}


def leaf_of(text: str) -> bytes:
    """The entry's exact bytes, from the text of a message."""
    return text.encode(errors="surrogateescape").removeprefix(BYTE_ORDER_MARK)


def entry(host: str = "gateway-1.lead.example", outcome: Outcome = Outcome.SUCCESS) -> bytes:
    """The bytes of an entry."""
    made = Entry(
        uid="01J9Z3",
        at=datetime(2026, 12, 1, 2, 3, 4, 5678, tzinfo=UTC),
        action=Action.TRANSFER_ACKNOWLEDGEMENT_REJECTED,
        outcome=outcome,
        agency="tamariki-care",
        actor={"kind": "service"},
        subject={"reference": "T-7KQ2-M9XD"},
        origin=Origin(host, "1"),
        detail={"reason": 'M\u0101ori, "quoted", ] and \\'},
    )
    return made.leaf()


def test_the_grammar_takes_the_examples_of_the_standard() -> None:
    """The parser that these tests judge by agrees with RFC 5424 section 6.5."""
    examples = (
        b"<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - "
        + BYTE_ORDER_MARK
        + b"'su root' failed for lonvick on /dev/pts/8",
        b"<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time.",
        (
            b"<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 "
            b'[exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"]'
            b'[examplePriority@32473 class="high"]'
        ),
    )
    assert [parsed(each)["priority"] for each in examples] == ["34", "165", "165"]
    assert not SYSLOG.fullmatch('<34>1 - - - - - [a b="]"] x')


def test_a_message_says_in_its_header_what_the_entry_says() -> None:
    """Facility 13 (log audit), severity 6, the entry's own time, host and action."""
    leaf = entry()
    parts = parsed(message(Record(4711, leaf), LOG))
    text = parts.pop("text")
    assert parts == {
        "priority": str(13 * 8 + 6),
        "version": "1",
        "time": "2026-12-01T02:03:04.005Z",
        "host": "gateway-1.lead.example",
        "application": "gateway",
        "process": "-",
        "id": Action.TRANSFER_ACKNOWLEDGEMENT_REJECTED.value[:32],
        "data": f'[{SD_ID} position="4711" origin="{LOG}"]',
    }
    assert text.encode().startswith(BYTE_ORDER_MARK)
    assert leaf_of(text) == leaf


@pytest.mark.parametrize("outcome", [Outcome.FAILURE, Outcome.UNKNOWN])
def test_what_did_not_succeed_is_a_warning(outcome: Outcome) -> None:
    """Severity 4, so that a receiver can single it out."""
    assert parsed(message(Record(0, entry(outcome=outcome)), LOG))["priority"] == str(13 * 8 + 4)


def test_every_action_has_a_message_identifier() -> None:
    """No action's name is changed but by cutting it to 32 characters, and no two become one."""
    cut = [action.value[:32] for action in Action]
    assert len(set(cut)) == len(cut)
    for action in Action:
        leaf = json.dumps({"action": action.value}).encode()
        assert parsed(message(Record(0, leaf), LOG))["id"] == action.value[:32]


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("", "-"),
        ("kai tiaki\r\n<0>1 forged", "kai?tiaki??<0>1?forged"),
        ("wh\u0101nau", "wh?nau"),
        ("h" * 300, "h" * 255),
    ],
)
def test_a_host_name_cannot_leave_its_place(host: str, shown: str) -> None:
    """What may not stand in a header is replaced there; the entry keeps it."""
    leaf = entry(host)
    parts = parsed(message(Record(0, leaf), LOG))
    assert parts["host"] == shown
    assert leaf_of(parts["text"]) == leaf


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_the_log_is_called_can_be_read_back(origin: str) -> None:
    """Escaping in structured data loses nothing and keeps the element whole."""
    parts = parsed(message(Record(1, b"{}"), origin))
    assert parameters(parts["data"]) == {"position": "1", "origin": origin}
    assert leaf_of(parts["text"]) == b"{}"
    assert len(escaped(origin)) == len(origin) + sum(origin.count(each) for each in '"\\]')


@given(st.binary() | st.text().map(lambda text: json.dumps({"at": text, "host": text}).encode()))
def test_even_what_is_no_entry_is_passed_on_exactly(leaf: bytes) -> None:
    """A log that was tampered with is still told; only UTF-8 gets the byte order mark."""
    whole = message(Record(0, leaf), LOG)
    _, _, text = whole.partition(b'"] ')
    parsed(whole)
    try:
        leaf.decode()
    except UnicodeDecodeError:
        assert text == leaf
    else:
        assert text == BYTE_ORDER_MARK + leaf


def test_a_frame_counts_bytes_not_characters() -> None:
    """RFC 5425 section 4.3: the length in octets, a space, the message."""
    record = Record(0, entry(host="x"))
    length, _, rest = frame(record, LOG).partition(b" ")
    assert rest == message(record, LOG)
    assert int(length) == len(rest) > len(rest.decode())
