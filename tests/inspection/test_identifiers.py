"""Numbers and addresses that tell who somebody is are found, and little else."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.domain.inspection import Discovery, Kind
from gateway.inspection.identifiers import is_tax_number
from gateway.inspection.passages import Passage
from gateway.inspection.words import read

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_DIGITS = "0123456789"
_ENGLISH = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_MAORI = (
    *("Kohitātea", "Hui-tanguru", "Poutū-te-rangi", "Paenga-whāwhā", "Haratua", "Pipiri"),
    *("Hōngongoi", "Here-turi-kōkā", "Mahuru", "Whiringa-ā-nuku", "Whiringa-ā-rangi", "Hakihea"),
)
_WEIGHTS = (7, 6, 5, 4, 3, 2)


def found(text: str, kind: Kind) -> tuple[Discovery, ...]:
    """The discoveries of one kind in a text."""
    return tuple(one for one in read([Passage(text)], ()).discoveries if one.kind is kind)


def weighed(characters: str) -> int:
    """The weighted sum of an NHI number's first six characters."""
    values = (int(c) if c.isdigit() else _LETTERS.index(c) + 1 for c in characters)
    return sum(w * v for w, v in zip(_WEIGHTS, values, strict=True))


@st.composite
def health_numbers(draw: st.DrawFn) -> str:
    """An NHI number for tests (they begin with Z), of either form, with its check character."""
    letters = "Z" + draw(st.text(_LETTERS, min_size=2, max_size=2))
    digits = draw(st.text(_DIGITS, min_size=2, max_size=2))
    if draw(st.booleans()):
        six = letters + digits + draw(st.sampled_from(_LETTERS))
        return six + _LETTERS[22 - weighed(six) % 23]
    six = letters + digits + draw(st.sampled_from(_DIGITS))
    assume(weighed(six) % 11 != 0)
    return six + str((11 - weighed(six) % 11) % 10)


@st.composite
def tax_numbers(draw: st.DrawFn) -> str:
    """An IRD number of eight or nine digits, whose check digit follows from the first weights."""
    base = draw(st.integers(1_000_000, 14_999_999))
    digits = f"{base:08}"
    check = -sum(w * int(d) for w, d in zip((3, 2, 7, 6, 5, 4, 3, 2), digits, strict=True)) % 11
    assume(check != 10)
    return f"{base}{check}"


around = st.sampled_from([" ", "\n", "\t", ", ", "(", ": ", "; ", "\u00a0", "\r\n", "/ ", ". "])


@given(health_numbers(), around, around, st.booleans())
def test_health_numbers_are_always_found(number: str, left: str, right: str, small: bool) -> None:
    """Of both forms, in capitals or not, whatever stands around them."""
    written = number.lower() if small else number
    assert len(found(f"seen{left}{written}{right}today", Kind.NHI)) == 1


@given(health_numbers(), st.integers(3, 6), st.sampled_from(_DIGITS))
def test_one_wrong_digit_is_no_health_number(number: str, at: int, digit: str) -> None:
    """The check character tells."""
    assume(number[at].isdigit() and number[at] != digit)
    wrong = number[:at] + digit + number[at + 1 :]
    assert not found(f"seen {wrong} today", Kind.NHI)


@pytest.mark.parametrize(
    "number", ["ZAA0067", "ZAA0075", "ZAC5361", "ZZZ0016", "nhi zzz 0016", "NHI number: ZZZ-0016"]
)
def test_known_health_numbers_are_found(number: str) -> None:
    """Those published for tests, and written with a gap after the word for them."""
    assert len(found(f"Child {number}, seen", Kind.NHI)) == 1


@pytest.mark.parametrize("text", ["ZZZ0044", "AZZZ0016", "ZZZ00161", "ZIZ0016", "seen may2016"])
def test_what_only_looks_like_a_health_number_is_none(text: str) -> None:
    """A wrong check digit, a longer word, a letter that is not used, a month."""
    assert not found(text, Kind.NHI)


@given(tax_numbers(), st.sampled_from(["", "-", " "]), around, around)
def test_tax_numbers_are_always_found(number: str, sign: str, left: str, right: str) -> None:
    """Grouped, or after the word for them."""
    grouped = sign.join((number[:-6], number[-6:-3], number[-3:]))
    said = "number" if sign else "IRD"
    assert len(found(f"{said}{left}{grouped}{right}seen", Kind.IRD)) == 1


@given(tax_numbers(), st.sampled_from(_DIGITS))
def test_a_wrong_check_digit_is_no_tax_number(number: str, digit: str) -> None:
    """However it is written."""
    assume(number[-1] != digit)
    wrong = number[:-1] + digit
    assert not is_tax_number(wrong)
    assert not found(f"IRD {wrong} or {wrong[:-6]}-{wrong[-6:-3]}-{wrong[-3:]}", Kind.IRD)


@pytest.mark.parametrize(
    ("digits", "right"),
    [
        ("49091850", True),
        ("35901981", True),
        ("49098576", True),
        ("136410132", True),
        ("136410133", False),
        ("9125568", False),
        ("150000040", False),
        ("", False),
        ("４9091850", False),
    ],
)
def test_tax_numbers_are_checked(digits: str, right: bool) -> None:
    """By their range and check digit, by the second weights where the first give ten."""
    assert is_tax_number(digits) is right


@pytest.mark.parametrize(
    "text",
    [
        *("09 555 1234", "(03) 555-9999", "04-555 1234", "06.555.1234", "075551234"),
        *("021 555 123", "021 555 1234", "0275551234", "020 4555 1234", "+64 21 555 1234"),
        *("+64 (0)4 555 1234", "+6495551234", "0064 9 555 1234", "+64-27-555-1234"),
        *("021\n555 1234", "021 555\n1234", "09 555-\n1234"),
    ],
)
def test_telephone_numbers_are_found(text: str) -> None:
    """Of homes and mobiles, from here and from abroad."""
    assert len(found(f"Ring {text}, please.", Kind.TELEPHONE)) == 1


@pytest.mark.parametrize(
    "text",
    [
        *("0800 555 123", "0508 555 555", "0900 55 555", "03/05/2015", "02-05-2015", "2015-05-03"),
        *("12.09.555.1234", "109 555 1234", "09 555 12345", "09 155 1234", "+61 2 5555 1234"),
    ],
)
def test_other_numbers_are_no_telephone_numbers(text: str) -> None:
    """Free numbers are nobody's; dates and longer numbers are others."""
    assert not found(f"see {text} there", Kind.TELEPHONE)


@pytest.mark.parametrize(
    "text",
    [
        *("12 Example Street", "12a Example St", "Flat 2, 14 Kōwhai Road", "Unit 3/27 Te Awa Cres"),
        *("12/34 Old Mill Lane", "3-5 Rātā Grove", "1 Kea Pl", "200 State Highway", "5 Te Ara Nui"),
        *("7 The Terrace", "PO Box 1234", "P.O. Box 12", "Private Bag 9001", "RD 2", "R.D.1"),
        *("9 Rue Example", "12 EXAMPLE AVENUE", "12 example street", "4 King's Close"),
        "12 Example\nStreet",
    ],
)
def test_addresses_are_found(text: str) -> None:
    """With units, short and Māori types, boxes and rural delivery."""
    assert len(found(f"lives at {text}, Wellington", Kind.ADDRESS)) == 1


@pytest.mark.parametrize(
    "text",
    [
        *(
            "3 minutes down the road",
            "2 people in the street",
            "5 steps on the way",
            "in 2015 Road",
        ),
        *("the 3rd 5", "12 other places", "page 3 of the Close report"),
        *("$12 Example Street", "10 m drive", "2 children drive", "1 way or another"),
    ],
)
def test_counts_of_things_are_no_addresses(text: str) -> None:
    """A number before a word that is also a type of street."""
    assert not found(text, Kind.ADDRESS)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.integers(0, 7), st.integers(0, 6))
def test_dates_of_birth_are_found_in_any_form(born: date, form: int, said: int) -> None:
    """After the words for them, in English and te reo Māori, and before some of these."""
    name = _ENGLISH[born.month - 1]
    written = (
        f"{born.day} {name} {born.year}",
        f"{born.day}th of {name.upper()}, {born.year}",
        f"{born.day:02}/{born.month:02}/{born.year}",
        f"{born.day}.{born.month}.{born.year}",
        born.isoformat(),
        f"{born.day}-{name[:3]}-{born.year}",
        f"{name} {born.day}, {born.year}",
        f"{born.day} {_MAORI[born.month - 1]} {born.year}",
    )[form]
    text = (
        f"She was born in Otara on {written}.",
        f"DOB: {written}",
        f"D.O.B. {written}",
        f"Date of birth\n{written}",
        f"(rā whānau {written})",
        f"{written} (date of birth)",
        f"Te rā whānau: {written}",
    )[said]
    assert len(found(text, Kind.BIRTH_DATE)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "The meeting is on 3 May 2026.",
        "Her date of birth is not known. The meeting is on 3 May 2026.",
        "born 31 February 2015",
        "stubborn 3 May 2015",
        "reborn on 3/5/2015",
    ],
)
def test_other_dates_are_no_dates_of_birth(text: str) -> None:
    """Only what is said of a birth, and is a day."""
    assert not found(text, Kind.BIRTH_DATE)


def test_a_date_before_the_word_is_taken_alone() -> None:
    """What follows the bracket is another day."""
    one = found("4 June 2012 (date of birth) met on 3 May 2026", Kind.BIRTH_DATE)
    assert len(one) == 1


def test_the_head_of_a_column_says_what_its_dates_are() -> None:
    """In values by rows, with cells in quotes; other columns are other dates."""
    rows = ["Name,DOB,Seen", '"Example, A",3/5/2015,4/5/2026', "B,2014-05-03,4/5/2026"]
    passages = [Passage(row, f"row {n}") for n, row in enumerate(rows, 1)]
    births = [one for one in read(passages, ()).discoveries if one.kind is Kind.BIRTH_DATE]
    assert [one.where for one in births] == ["row 2", "row 3"]


def test_a_column_ends_with_its_table() -> None:
    """Rows that lack a cell still count; another sheet or a line of prose does not."""
    table = "Child\tNotes\tDate of birth\nA\tx\t3 May 2015\nB\t4 May 2015\nEnd\nC\tx\t5 May 2015"
    other = Passage("D\tx\t6 May 2015", "sheet 'Two', row 1")
    read_rows = read([Passage(table, "sheet 'One', row 1"), other], ()).discoveries
    assert [one.kind for one in read_rows] == [Kind.BIRTH_DATE] * 2


@pytest.mark.parametrize(
    "text",
    ["a.b+c@agency.example", "O'Neil@school.example.nz", "<x_y@a-b.example>", "mailto:x@a.example"],
)
def test_mail_addresses_are_found(text: str) -> None:
    """In brackets, with signs, after a scheme."""
    assert len(found(f"write to {text}, please", Kind.MAIL_ADDRESS)) == 1


@pytest.mark.parametrize(
    "text", ["x@y", "@agency.example", "a @ b.example", "x@@a.example", "a@.b"]
)
def test_other_signs_are_no_mail_addresses(text: str) -> None:
    """Without a name, a domain, or with a gap."""
    assert not found(text, Kind.MAIL_ADDRESS)


def test_what_is_said_twice_is_told_once() -> None:
    """However it is written."""
    assert len(found("09 555 1234, (09) 555-1234, +64 9 555 1234", Kind.TELEPHONE)) == 1
