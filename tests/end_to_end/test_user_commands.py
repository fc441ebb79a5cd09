"""`gateway user`: entering, listing and barring those who sign in to the pages."""

import re
from collections.abc import Iterator

import pytest
from support.running import Installation, installation

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def there() -> Iterator[Installation]:
    """An installation all tests of this module share."""
    with installation() as one:
        yield one


def create(there: Installation, *more: str, code: int = 0, login: str = "robin@x.example") -> str:
    """Enter a user; gives what the command printed."""
    named = ("--login", login, "--name", "Robin Sample", "--agency", "tamariki-care")
    return there.run("user", "create", *named, *more, code=code)


def test_a_user_is_entered_barred_and_let_in_again(there: Installation) -> None:
    """The link is printed alone, so that it can be piped; the list has no secret."""
    roles = ("--role", "coordinator", "--role", "auditor", "--representative", "pat-tauira")
    link = create(there, *roles)
    assert re.fullmatch(r"/set-up/[\w-]{43}\n", link)
    listed = there.run("user", "list")
    assert listed.split("  ")[:4] == [
        "robin@x.example",
        "Robin Sample",
        "tamariki-care",
        "coordinator, auditor",
    ]
    assert "pat-tauira" in listed
    assert there.run("user", "disable", "ROBIN@x.example") == "Disabled.\n"
    assert "disabled 2" in there.run("user", "list")
    assert "disabled already" in there.run("user", "disable", "robin@x.example", code=6)
    assert "Enable the user first" in there.run("user", "set-up", "robin@x.example", code=6)
    assert there.run("user", "enable", "robin@x.example") == "Enabled.\n"
    fresh = there.run("user", "set-up", "robin@x.example")
    assert re.fullmatch(r"/set-up/[\w-]{43}\n", fresh)
    assert fresh != link


@pytest.mark.parametrize(
    ("more", "login", "code", "said"),
    [
        (("--role", "king"), "new@x.example", 2, "There is no such role"),
        (("--role", "coordinator"), "new@x.example", 2, "acts as a representative"),
        (
            ("--role", "responder", "--representative", "ben-sample"),
            "new@x.example",
            2,
            "The agency has no such representative",
        ),
        (("--role", "auditor"), "not an address", 2, "not a mail address"),
    ],
)
def test_wrong_terms_are_explained(
    there: Installation, more: tuple[str, ...], login: str, code: int, said: str
) -> None:
    """With the exit code of wrong input, and nobody is entered."""
    assert said in create(there, *more, code=code, login=login)
    assert login not in there.run("user", "list")


@pytest.mark.parametrize("command", ["disable", "enable", "set-up"])
def test_nobody_by_that_login_is_not_found(there: Installation, command: str) -> None:
    """With the exit code for it."""
    assert "no such user" in there.run("user", command, "nobody@x.example", code=5)
