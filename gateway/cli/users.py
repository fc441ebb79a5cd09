"""`gateway user`: people who sign in to the pages."""

from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.run import ADMINISTRATOR, err, leave, out, run
from gateway.domain.actors import Role
from gateway.domain.errors import InvalidInput

if TYPE_CHECKING:
    from gateway.app import Gateway
    from gateway.domain.users import User

commands = typer.Typer(help="People who sign in to the pages.", no_args_is_help=True)
Login = Annotated[str, typer.Argument(help="The user's login.")]


@commands.command()
def create(
    *,
    login: Annotated[str, typer.Option(help="Mail address they sign in with.")],
    name: Annotated[str, typer.Option(help="Their name, as colleagues know it.")],
    agency: Annotated[str, typer.Option(help="Agency they act for, by identifier.")],
    role: Annotated[
        list[str],
        typer.Option(help=f"{', '.join(role.value for role in Role)}; may be given again."),
    ],
    representative: Annotated[
        str | None, typer.Option(help="Who they are in the register, by identifier.")
    ] = None,
) -> None:
    """Enter a user and print the link by which they set up their sign-in, this once."""
    roles = tuple(_role(each) for each in role)

    async def action(gateway: "Gateway") -> None:
        from gateway.domain.register import AgencyId, RepresentativeId  # noqa: PLC0415
        from gateway.services.users import UserTerms, create_user  # noqa: PLC0415

        person = RepresentativeId(representative) if representative else None
        terms = UserTerms(login, name, AgencyId(agency), roles, person)
        user = await create_user(gateway.parts, ADMINISTRATOR, terms)
        err.print(f"User {user.login} is entered.", markup=False)
        await _offer(gateway, user)

    run(action, "user create")


@commands.command("list")
def list_() -> None:
    """List all users."""

    async def action(gateway: "Gateway") -> None:
        from gateway.services.users import list_users  # noqa: PLC0415

        for user in await list_users(gateway.parts, ADMINISTRATOR):
            roles = ", ".join(user.roles)
            person = user.representative or "-"
            ended = f"  disabled {user.disabled_at:%Y-%m-%d}" if user.disabled_at else ""
            text = f"{user.login}  {user.name}  {user.agency}  {roles}  {person}{ended}"
            out.print(text, markup=False)

    run(action)


@commands.command()
def disable(login: Login) -> None:
    """Bar a user from signing in, and end their sessions."""

    async def action(gateway: "Gateway") -> None:
        from gateway.services.users import disable_user, find_user  # noqa: PLC0415

        user = await find_user(gateway.parts, ADMINISTRATOR, login)
        await disable_user(gateway.parts, ADMINISTRATOR, user.id)
        out.print("Disabled.")

    run(action, "user disable")


@commands.command()
def enable(login: Login) -> None:
    """Let a disabled user sign in again."""

    async def action(gateway: "Gateway") -> None:
        from gateway.services.users import enable_user, find_user  # noqa: PLC0415

        user = await find_user(gateway.parts, ADMINISTRATOR, login)
        await enable_user(gateway.parts, ADMINISTRATOR, user.id)
        out.print("Enabled.")

    run(action, "user enable")


@commands.command("set-up")
def set_up(login: Login) -> None:
    """Print a fresh link by which a user sets up their sign-in anew; earlier ones end."""

    async def action(gateway: "Gateway") -> None:
        from gateway.services.users import find_user  # noqa: PLC0415

        await _offer(gateway, await find_user(gateway.parts, ADMINISTRATOR, login))

    run(action, "user set-up")


async def _offer(gateway: "Gateway", user: "User") -> None:
    from gateway.services.set_up import offer_setup  # noqa: PLC0415

    link = await offer_setup(gateway.parts, ADMINISTRATOR, user.id)
    base = gateway.parts.rules.link_base or ""
    err.print(f"To set up their sign-in, once, until {link.expires_at:%Y-%m-%d %H:%M} UTC:")
    typer.echo(f"{base}/set-up/{link.token.reveal()}")


def _role(text: str) -> Role:
    if text not in set(Role):
        known = ", ".join(known.value for known in Role)
        leave(InvalidInput("There is no such role.", f"Use one of: {known}.", field="--role"))
    return Role(text)
