"""The table of pages for signing in, and one's own account."""

from typing import Final

from gateway.domain.actors import Role
from gateway.web.pages.accounts import account, set_up, sign_in
from gateway.web.routing import PUBLIC, Route

_EVERYONE = frozenset(Role)

_SIGNING_IN: Final[tuple[Route, ...]] = (
    Route(
        "GET", "/sign-in", sign_in.show_sign_in, "showSignIn", "The form to sign in", PUBLIC,
        page=True,
    ),
    Route(
        "POST", "/sign-in", sign_in.take_password, "signIn", "Give login and password", PUBLIC,
        page=True, form=True,
    ),
    Route(
        "GET", "/sign-in/code", sign_in.show_code, "showCode", "The form for an app's code",
        PUBLIC, page=True,
    ),
    Route(
        "POST", "/sign-in/code", sign_in.take_code, "giveCode", "Give an app's code", PUBLIC,
        page=True, form=True,
    ),
    Route(
        "GET", "/sign-in/recovery", sign_in.show_recovery, "showRecovery",
        "The form for a recovery code", PUBLIC, page=True,
    ),
    Route(
        "POST", "/sign-in/recovery", sign_in.take_recovery, "giveRecoveryCode",
        "Give a recovery code", PUBLIC, page=True, form=True,
    ),
    Route(
        "POST", "/sign-in/passkey/options", sign_in.ask_passkey, "askForPasskey",
        "What a passkey is to sign", PUBLIC, page=True,
    ),
    Route(
        "POST", "/sign-in/passkey", sign_in.take_passkey, "givePasskey", "Sign in with a passkey",
        PUBLIC, page=True, form=True,
    ),
    Route(
        "POST", "/sign-out", sign_in.sign_out, "signOut", "End the session", _EVERYONE,
        page=True, form=True,
    ),
)  # fmt: skip

_SETTING_UP: Final[tuple[Route, ...]] = (
    Route(
        "GET", "/set-up/{token}", set_up.show_choice, "showSetUp", "Where a set-up link leads",
        PUBLIC, page=True,
    ),
    Route(
        "POST", "/set-up/{token}", set_up.take_password, "setUpPassword", "Choose a password",
        PUBLIC, page=True, form=True,
    ),
    Route(
        "GET", "/set-up/{token}/app", set_up.show_app, "showSetUpApp",
        "The key for an authenticator app", PUBLIC, page=True,
    ),
    Route(
        "POST", "/set-up/{token}/app", set_up.take_app, "setUpApp", "Give the app's first code",
        PUBLIC, page=True, form=True,
    ),
    Route(
        "POST", "/set-up/{token}/passkey/options", set_up.ask_passkey, "askForFirstPasskey",
        "What a first passkey is made of", PUBLIC, page=True,
    ),
    Route(
        "POST", "/set-up/{token}/passkey", set_up.take_passkey, "setUpPasskey",
        "Set up a passkey", PUBLIC, page=True, form=True,
    ),
)  # fmt: skip

_OWN: Final[tuple[Route, ...]] = (
    Route(
        "GET", "/account", account.show_account, "showAccount", "One's own account", _EVERYONE,
        page=True,
    ),
    Route(
        "POST", "/account/role", account.act_as, "actAs", "Act in another role", _EVERYONE,
        page=True, form=True,
    ),
    Route(
        "POST", "/account/zone", account.choose_zone, "chooseZone", "Choose a time zone",
        _EVERYONE, page=True, form=True,
    ),
    Route(
        "POST", "/account/sessions/{session}/end", account.end_session, "endSession",
        "End one of one's sessions", _EVERYONE, page=True, form=True,
    ),
    Route(
        "POST", "/account/sessions/end-others", account.end_other_sessions, "endOtherSessions",
        "End all of one's sessions but this one", _EVERYONE, page=True, form=True,
    ),
    Route(
        "POST", "/account/password", account.change_password, "changePassword",
        "Change one's password", _EVERYONE, page=True, form=True,
    ),
    Route(
        "POST", "/account/recovery-codes", account.renew_recovery_codes, "renewRecoveryCodes",
        "Make new recovery codes", _EVERYONE, page=True, form=True,
    ),
    Route(
        "POST", "/account/passkeys/options", account.ask_passkey, "askForNewPasskey",
        "What another passkey is made of", _EVERYONE, page=True,
    ),
    Route(
        "POST", "/account/passkeys", account.add_passkey, "addPasskey", "Add a passkey",
        _EVERYONE, page=True, form=True,
    ),
    Route(
        "POST", "/account/passkeys/name", account.rename_passkey, "renamePasskey",
        "Name a passkey", _EVERYONE, page=True, form=True,
    ),
    Route(
        "POST", "/account/passkeys/remove", account.remove_passkey, "removePasskey",
        "Remove a passkey", _EVERYONE, page=True, form=True,
    ),
)  # fmt: skip

ACCOUNT_PAGES: Final = _SIGNING_IN + _SETTING_UP + _OWN
