"""The table of pages for the register, users, tokens and approvals."""

from typing import Final

from gateway.domain.actors import Role
from gateway.web.pages.register import (
    agencies,
    approvals,
    conflicts,
    looking,
    meetings,
    protocols,
    representatives,
    tokens,
    users,
)
from gateway.web.routing import Route

_READERS = frozenset({Role.ADMINISTRATOR, Role.PRIVACY_OFFICER})
_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
_APPROVERS = frozenset({Role.COORDINATOR, Role.PRIVACY_OFFICER})
_PERSON = "/register/representatives/{person}"
_MEETING = "/register/meetings/{meeting}"
_VERSION = "/register/protocols/{protocol}/{version}"

_LOOKING: Final[tuple[Route, ...]] = (
    Route(
        "GET", "/register", looking.show_register, "showRegister", "Look at the register",
        _READERS, page=True,
    ),
    Route(
        "GET", "/register/agencies/{agency}", looking.show_agency, "showAgency",
        "Look at an agency", _READERS, page=True,
    ),
    Route(
        "GET", _PERSON, looking.show_person, "showRepresentative", "Look at a representative",
        _READERS, page=True,
    ),
    Route(
        "GET", _VERSION, looking.show_protocol, "showProtocol", "Look at a protocol version",
        _READERS, page=True,
    ),
    Route(
        "GET", _MEETING, looking.show_meeting, "showMeeting", "Look at a meeting", _READERS,
        page=True,
    ),
    Route(
        "GET", "/register/conflicts", conflicts.show, "showConflicts",
        "Look at conflicts of interest", _READERS, page=True,
    ),
    Route(
        "POST", "/register/conflicts", conflicts.add, "recordConflict",
        "Record a conflict of interest", _READERS, page=True, form=True,
    ),
)  # fmt: skip

_CHANGING: Final[tuple[Route, ...]] = (
    Route(
        "GET", "/register/agency", agencies.show_form, "showAgencyForm",
        "The form of one's own agency", _ADMINISTRATOR, page=True,
    ),
    Route(
        "POST", "/register/agency", agencies.save, "saveAgency", "Change one's own agency",
        _ADMINISTRATOR, page=True, form=True,
    ),
    Route(
        "GET", "/register/representatives/new", representatives.show_new,
        "showNewRepresentative", "The form for a representative", _ADMINISTRATOR, page=True,
    ),
    Route(
        "POST", "/register/representatives/new", representatives.add, "addRepresentative",
        "Add a representative", _ADMINISTRATOR, page=True, form=True,
    ),
    Route(
        "GET", f"{_PERSON}/edit", representatives.show_form, "showRepresentativeForm",
        "The form of a representative", _ADMINISTRATOR, page=True,
    ),
    Route(
        "POST", f"{_PERSON}/edit", representatives.save, "saveRepresentative",
        "Change a representative", _ADMINISTRATOR, page=True, form=True,
    ),
    Route(
        "GET", "/register/meetings/new", meetings.show_new, "showNewMeeting",
        "The form for a meeting", _ADMINISTRATOR, page=True,
    ),
    Route(
        "POST", "/register/meetings/new", meetings.add, "addMeeting", "Add a meeting",
        _ADMINISTRATOR, page=True, form=True,
    ),
    Route(
        "GET", f"{_MEETING}/edit", meetings.show_form, "showMeetingForm",
        "The form of a meeting", _ADMINISTRATOR, page=True,
    ),
    Route(
        "POST", f"{_MEETING}/edit", meetings.save, "saveMeeting", "Change a meeting",
        _ADMINISTRATOR, page=True, form=True,
    ),
)  # fmt: skip

_PROTOCOLS: Final[tuple[Route, ...]] = (
    Route(
        "GET", "/register/protocols/new", protocols.show_new, "showNewProtocol",
        "The form for a protocol", _ADMINISTRATOR, page=True,
    ),
    Route(
        "POST", "/register/protocols/new", protocols.add, "addProtocol", "Add a protocol",
        _ADMINISTRATOR, page=True, form=True,
    ),
    Route(
        "GET", f"{_VERSION}/edit", protocols.show_draft, "showProtocolForm",
        "The form of a version nobody has signed", _ADMINISTRATOR, page=True,
    ),
    Route(
        "POST", f"{_VERSION}/edit", protocols.save_draft, "saveProtocol",
        "Change a version nobody has signed", _ADMINISTRATOR, page=True, form=True,
    ),
    Route(
        "GET", f"{_VERSION}/next", protocols.show_next, "showNextVersion",
        "The form for a new version", _ADMINISTRATOR, page=True,
    ),
    Route(
        "POST", f"{_VERSION}/next", protocols.save_next, "addVersion", "Add a new version",
        _ADMINISTRATOR, page=True, form=True,
    ),
    Route(
        "POST", f"{_VERSION}/signatures", protocols.sign, "signProtocol",
        "Record a signature", _ADMINISTRATOR, page=True, form=True,
    ),
)  # fmt: skip

_ACCESS: Final[tuple[Route, ...]] = (
    Route(
        "GET", "/users", users.show, "showUsers", "Look at users", _ADMINISTRATOR, page=True,
    ),
    Route(
        "GET", "/users/new", users.show_new, "showNewUser", "The form for a user",
        _ADMINISTRATOR, page=True,
    ),
    Route(
        "POST", "/users/new", users.add, "addUser", "Enter a user", _ADMINISTRATOR, page=True,
        form=True,
    ),
    Route(
        "GET", "/users/{user}", users.show_user, "showUser", "Look at a user", _ADMINISTRATOR,
        page=True,
    ),
    Route(
        "POST", "/users/{user}", users.save, "saveUser", "Change a user", _ADMINISTRATOR,
        page=True, form=True,
    ),
    Route(
        "POST", "/users/{user}/disable", users.disable, "disableUser", "Bar a user",
        _ADMINISTRATOR, page=True, form=True,
    ),
    Route(
        "POST", "/users/{user}/enable", users.enable, "enableUser", "Let a user in again",
        _ADMINISTRATOR, page=True, form=True,
    ),
    Route(
        "POST", "/users/{user}/set-up", users.set_up, "offerSetUp", "Make a set-up link",
        _ADMINISTRATOR, page=True, form=True,
    ),
    Route(
        "GET", "/tokens", tokens.show, "showTokens", "Look at bearer tokens", _ADMINISTRATOR,
        page=True,
    ),
    Route(
        "GET", "/tokens/new", tokens.show_new, "showNewToken", "The form for a bearer token",
        _ADMINISTRATOR, page=True,
    ),
    Route(
        "POST", "/tokens/new", tokens.add, "addToken", "Make a bearer token", _ADMINISTRATOR,
        page=True, form=True,
    ),
    Route(
        "POST", "/tokens/{token}/revoke", tokens.revoke, "revokeToken", "Revoke a bearer token",
        _ADMINISTRATOR, page=True, form=True,
    ),
    Route(
        "GET", "/approvals", approvals.show, "showApprovals",
        "Requests that wait for approval", _APPROVERS, page=True,
    ),
)  # fmt: skip

REGISTER_PAGES: Final[tuple[Route, ...]] = (*_LOOKING, *_CHANGING, *_PROTOCOLS, *_ACCESS)
